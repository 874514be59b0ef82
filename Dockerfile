# weir in a small image, without PostgreSQL's server: WEIR_DATABASE says where the database is. It writes into its volume alone, so that
# the rest may be read-only, and needs no capability (compose.yaml).
FROM debian:bookworm-slim AS build
WORKDIR /src
COPY scripts/deps scripts/deps
RUN ./scripts/deps --no-server
COPY . .
RUN cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF \
  && cmake --build build \
  && cmake --install build --prefix /usr/local --strip
# The packages of the libraries that the programs were linked with.
RUN for library in $(ldd /usr/local/bin/weir* | awk '$2 == "=>" { print $1 }' | sort -u); do dpkg -S "*/$library"; done \
  | cut -d: -f1 | grep -v -e -dev -e -dbg | sort -u >/packages

FROM debian:bookworm-slim
COPY --from=build /packages /usr/local/share/weir/
RUN apt-get update -q \
  && apt-get install -y -q --no-install-recommends $(cat /usr/local/share/weir/packages) tzdata ca-certificates \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
COPY --from=build /usr/local/bin/ /usr/local/bin/
COPY --from=build /usr/local/share/weir/ /usr/local/share/weir/
COPY --from=build /usr/local/share/doc/weir/ /usr/local/share/doc/weir/
COPY scripts/container-start /usr/local/bin/

# One volume holds all of the home: within it files move by rename, and are not copied.
RUN useradd --uid 1000 --user-group --no-create-home weir \
  && install -d -o weir -g weir /home/weir /home/weir/imports
USER weir
WORKDIR /home/weir
ENV HOME=/home/weir WEIR_HOME=/home/weir
VOLUME /home/weir
STOPSIGNAL SIGTERM
# Whether the database is there, and weir can be asked; that a file was refused is no matter of health.
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s CMD weir status >/dev/null 2>&1 || [ $? -eq 1 ]
ENTRYPOINT ["container-start"]
CMD ["weir", "watch"]
