# weir in a small image, without PostgreSQL's server: WEIR_DATABASE says where the database is.
FROM debian:bookworm-slim AS build
WORKDIR /src
COPY scripts/deps scripts/deps
RUN ./scripts/deps --no-server
COPY . .
RUN cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF \
  && cmake --build build \
  && cmake --install build --prefix /usr/local --strip

FROM debian:bookworm-slim
RUN apt-get update -q \
  && apt-get install -y -q --no-install-recommends \
    libpq5 libcsv3 libxxhash0 libuuid1 libssl3 libinotifytools0 libjansson4 libglib2.0-0 zlib1g libzstd1 tzdata libcurl4 ca-certificates libmicrohttpd12 \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
COPY --from=build /usr/local/bin/weir /usr/local/bin/weir-notify /usr/local/bin/weir-deliver /usr/local/bin/weir-page /usr/local/bin/
COPY models/*.json /usr/local/share/weir/models/
COPY schema/model.schema.json schema/roles.sql /usr/local/share/weir/schema/
COPY docs/*.md /usr/local/share/doc/weir/
COPY scripts/container-start /usr/local/bin/

# One volume holds all of the home: within it files move by rename, and are not copied.
RUN useradd --uid 1000 --user-group --no-create-home weir \
  && install -d -o weir -g weir /home/weir /home/weir/imports
USER weir
WORKDIR /home/weir
ENV HOME=/home/weir WEIR_HOME=/home/weir
VOLUME /home/weir
STOPSIGNAL SIGTERM
ENTRYPOINT ["container-start"]
CMD ["weir", "watch"]
