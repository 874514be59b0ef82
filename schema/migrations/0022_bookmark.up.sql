-- Pulled files: how far each source was read, which of its files were seen, and what a file says of itself (docs/connectors.md).

-- Moves in the COMMIT of the run that brings what is between the two positions, and only if it is where the run's file begins.
create table weir.bookmark (
    source text not null,                                     -- the job
    stream text not null,
    position jsonb not null,                                  -- what the connector said of it; weir compares it, and knows no more
    previous jsonb,                                           -- the one before; 'null': there was none; NULL: it is not known
    run_id uuid,                                              -- that moved it here; NULL: a person did
    updated_on timestamptz not null default clock_timestamp(),
    primary key (source, stream)
);

-- Files of a source that were loaded.
create table weir.pulled_file (
    source text not null,
    path text not null,
    size bigint,
    mtime timestamptz,
    etag text,
    run_id uuid,
    settled_on timestamptz                                    -- when what the job does with it afterwards ("after") was done
);

create unique index on weir.pulled_file (source, path, coalesce(size, -1), coalesce(mtime, '-infinity'), coalesce(etag, ''));
create index on weir.pulled_file (run_id);

-- What the file's declaration says; one that is no JSON is kept as a JSON text.
alter table weir.file add column declaration jsonb;
