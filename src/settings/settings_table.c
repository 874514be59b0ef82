#include "src/settings/settings_table.h"

#include "base/log_file.h"
#include "pipeline/sniff/sniff_evidence.h"
#include "src/settings/settings_connections.h"
#include "src/settings/settings_notify.h"
#include "src/settings/settings_page.h"

/* Where the member is, if it is of that type. */
#define AT(ctype, member) .offset = offsetof (Settings, member) * _Generic(((Settings *) NULL)->member, ctype : 1)

#define HOME(member) .type = SETTING_HOME, AT (char *, member)
#define FOLDER(member) .type = SETTING_FOLDER, AT (char *, member)
#define OWN_FILE(member) .type = SETTING_FILE, AT (char *, member)
#define PATH(member) .type = SETTING_PATH, AT (char *, member)
#define CONNINFO(member) .type = SETTING_CONNINFO, AT (char *, member)
#define SCHEMA(member) .type = SETTING_SCHEMA, AT (char *, member)
#define FLAG(member, no, yes) .type = SETTING_FLAG, AT (bool, member), WORDS (no, yes)
#define WHOLE(member, least, most) .type = SETTING_WHOLE, AT (int, member), .low = least, .high = most
#define NUMBER(member, least, most) .type = SETTING_NUMBER, AT (double, member), .low = least, .high = most

#define BYTES(member, least, most) .type = SETTING_BYTES, AT (int64_t, member), .low = least, .high = most
#define PERIOD(member, least) .type = SETTING_PERIOD, AT (int64_t, member), .low = least, .high = MOST_SECONDS
#define TREE(member, checked_by, shown_by, shaped_by, what)                                                                        \
  .type = SETTING_TREE, AT (Json *, member), .check = checked_by, .show = shown_by, .schema = shaped_by, .values = what
#define MOST_SECONDS (100. * 365 * 24 * 60 * 60)

/* The words in the order of the enumeration. */
#define CHOICE(member, enumeration, ...) .type = SETTING_CHOICE, AT (enumeration, member), WORDS (__VA_ARGS__)
#define WORDS(...)                                                                                                                 \
  .words = (const char *const[])                                                                                                   \
  {                                                                                                                                \
    __VA_ARGS__, NULL                                                                                                              \
  }
_Static_assert(sizeof (WatchMode) == sizeof (int) && sizeof (LogFormat) == sizeof (int) && sizeof (LogLevel) == sizeof (int),
               "a CHOICE is written as an int");

#define SAID_BY(member) .source = offsetof (Settings, member) * _Generic(((Settings *) NULL)->member, const char * : 1)

/* What is younger is still worked with. */
#define LEAST_KEPT 3600

static Json *
count_workers (void)
{
  return json_integer (MIN ((json_int_t) g_get_num_processors (), 4));
}

const Setting settings_table[] = {
  { .option = "--home",
    .argument = "DIR",
    .variable = "WEIR_HOME",
    HOME (home),
    .otherwise = "nearest parent with `weir.json` or `.weir/`",
    .help = "The home: the folder all relative paths start from." },
  { .path = "database",
    .option = "--database",
    .argument = "URL",
    .variable = "WEIR_DATABASE",
    CONNINFO (database),
    SAID_BY (database_source),
    .otherwise = "the embedded PostgreSQL",
    .help = "libpq URL or conninfo of the database. An empty text means libpq's own environment (PGHOST, PGSERVICE, ...). A URL of "
            "another database, `mysql://...`, is refused." },
  { .path = "imports", FOLDER (imports), .fallback = "\"imports\"", .help = "The drop folder." },
  { .path = "archive", FOLDER (archive), .fallback = "\"archive\"", .help = "Where loaded files go." },
  { .path = "failed", FOLDER (failed), .fallback = "\"failed\"", .help = "Where refused files go, each with its reason." },
  { .path = "models", FOLDER (models), .fallback = "\"models\"", .help = "Where the models are." },
  { .path = "schemas.staging", SCHEMA (staging_schema), .fallback = "\"staging\"", .help = "Schema of the staging tables." },
  { .path = "schemas.warehouse",
    SCHEMA (warehouse_schema),
    .fallback = "\"warehouse\"",
    .help = "Schema of the dimensions and facts." },
  { .path = "watch",
    CHOICE (watch, WatchMode, "auto", "poll"),
    .fallback = "\"auto\"",
    .help = "How the drop folder is watched: by the kernel's events where possible, or by listing it." },
  { .path = "settle",
    NUMBER (settle, 0, 3600),
    .fallback = "2",
    .help = "Seconds a file must be still before it is taken, where no event says that it is complete." },
  { .path = "wait_for_older",
    NUMBER (wait_for_older, 0, 86400),
    .fallback = "60",
    .help =
        "Seconds a file waits for an older one of its table that is not complete, is blocked or cannot be read; 0: not at all." },
  { .path = "workers",
    WHOLE (workers, 1, 64),
    .compute = count_workers,
    .otherwise = "cores, at most 4",
    .help = "Processes that load files at the same time, each with one connection, and a second one while it loads a file of 4 MiB "
            "or more "
            "(without which it does, where none is to be had)." },
  { .path = "after_load",
    FLAG (delete_after_load, "archive", "delete"),
    .fallback = "\"archive\"",
    .help = "What becomes of a file whose rows are committed." },
  { .path = "log.file",
    OWN_FILE (log_file),
    .values = "path, or `\"\"` for none",
    .fallback = "\".weir/weir.log\"",
    .help = "The file that `weir watch` logs to, beside stderr. Its folder is made where it is missing." },
  { .path = "log.bytes",
    BYTES (log_bytes, 0, 1e12),
    .fallback = "\"10 MB\"",
    .help = "How large that file gets: then it is renamed to `weir.log.1`, that to `weir.log.2`, and so on, and begun anew. `\"0 "
            "B\"`: it is "
            "left to others, as logrotate." },
  { .path = "log.keep", WHOLE (log_keep, 0, LOG_FILE_MOST), .fallback = "7", .help = "How many of the renamed ones stay." },
  { .path = "log.format",
    CHOICE (log_format, LogFormat, "text", "json"),
    .fallback = "\"text\"",
    .help = "How `weir watch` logs, to stderr and to the file: lines for people, or a JSON object for each event." },
  { .path = "log.level",
    CHOICE (log_level, LogLevel, "error", "warning", "info", "debug"),
    .fallback = "\"info\"",
    .help = "What it logs: all that is as grave as this, or graver." },
  { .path = "rejects.max_percent",
    NUMBER (max_percent, 0, 100),
    .fallback = "1",
    .help = "Rejected rows, in percent of the rows read, above which the whole file is refused. A model may say otherwise." },
  { .path = "sniff.min_confidence_percent",
    WHOLE (min_confidence, 0, 100),
    .fallback = G_STRINGIFY (SNIFF_LEAST_PERCENT),
    .help = "Confidence, in percent, below which a file is refused if lines of it are left out or it has no header, and its model "
            "does not say the `delimiter`." },
  { .path = "indexes",
    FLAG (index_keys, "none", "keys"),
    .fallback = "\"none\"",
    .help = "Indexes besides those of ids: `keys` puts one on the business key of each dimension and on each reference of a fact, "
            "behind the next load's answer, while others read and load the table. Queries by them are quicker, later loads take a "
            "little "
            "longer." },
  { .path = "swap_timeout",
    NUMBER (swap_timeout, 0, 3600),
    .fallback = "2",
    .help = "Seconds to wait for readers of the old staging table before it is left as it is." },
  { .path = "lock_timeout",
    NUMBER (lock_timeout, 0, 3600),
    .fallback = "5",
    .help = "Seconds to wait for a lock that another session holds, before the file waits for a while and others go on." },
  { .path = "page",
    .variable = "WEIR_PAGE",
    TREE (page, page_settings_check, NULL, page_settings_schema, "object"),
    .otherwise = "no page",
    .help = "Where `weir watch` shows the page, and who may see it: docs/page.md. `{\"listen\": \"127.0.0.1:8080\"}` is enough for "
            "this machine." },
  { .path = "limits.file_mb",
    NUMBER (limit_file_mb, 0, 1e9),
    .fallback = "0",
    .help = "Megabytes of text, decompressed, above which a file is refused; 0: no limit." },
  { .path = "limits.rows",
    NUMBER (limit_rows, 0, 1e12),
    .fallback = "0",
    .help = "Rows above which a file is refused; 0: no limit." },
  { .path = "limits.record_kb",
    WHOLE (limit_record_kb, 1, 16384),
    .fallback = "4096",
    .help = "Kilobytes of the longest record; a longer one is a reject." },
  { .path = "limits.field_kb",
    WHOLE (limit_field_kb, 1, 16384),
    .fallback = "1024",
    .help = "Kilobytes of the longest cell; a record with a longer one is a reject." },
  { .path = "limits.columns",
    WHOLE (limit_columns, 1, 1600),
    .fallback = "1600",
    .help = "Columns of a file; PostgreSQL's own limit is 1,600, less those that weir adds." },
  { .path = "retention.archive",
    PERIOD (keep_archive, LEAST_KEPT),
    .fallback = "\"forever\"",
    .help = "How long files are kept in `archive` after their run, until `weir gc` removes them; what is gone cannot be loaded "
            "again, and "
            "its table not made again (`weir rebuild`)." },
  { .path = "retention.failed",
    PERIOD (keep_failed, LEAST_KEPT),
    .fallback = "\"forever\"",
    .help = "The same of refused files in `failed`, with their reports." },
  { .path = "retention.rejects",
    PERIOD (keep_rejects, LEAST_KEPT),
    .fallback = "\"forever\"",
    .help = "How long refused rows are kept for `weir rejects`; how many there were stays known." },
  { .path = "retention.undo",
    PERIOD (keep_undo, LEAST_KEPT),
    .fallback = "\"forever\"",
    .help = "How long a run can be taken back by `weir undo`: until then the rows that it overwrote are kept." },
  { .path = "retention.ledger",
    PERIOD (keep_ledger, LEAST_KEPT),
    .fallback = "\"forever\"",
    .help =
        "How long the ledger has runs that changed nothing in the warehouse, and how those went that did; these themselves stay, "
        "but cannot be taken back any more." },
  { .path = "notify",
    TREE (notify, settings_check_notify, settings_show_notify, settings_notify_schema, "object"),
    .otherwise = "nobody is told",
    .help = "Who is told of what happens, by Slack, mail, a webhook or a command: [alerts.md](alerts.md)." },
  { .path = "connections",
    TREE (connections, settings_check_connections, settings_show_connections, settings_connections_schema, "object"),
    .otherwise = "none",
    .help = "Stores that rows are pulled from and pushed to, by name: [pull.md](pull.md)." },
  { .variable = "WEIR_KEY_SECRET_FILE",
    PATH (secret_file),
    .fallback = "\".weir/key_secret\"",
    .help = "File with the secret of hmac-sha256 keys; nobody else may read it." },
  { .variable = "WEIR_PG_BIN",
    PATH (server_programs),
    .otherwise = "the newest PostgreSQL on the machine",
    .help = "Folder of the embedded PostgreSQL's `initdb`, `pg_ctl` and `postgres`." },
  { .help = NULL },
};

_Static_assert(G_N_ELEMENTS (settings_table) <= SETTINGS_MOST, "SETTINGS_MOST counts the rows and the end");

const Setting *
settings_row_at (size_t offset)
{
  const Setting *row = settings_table;
  for (; row->offset != offset; row++)
    g_assert (row->help != NULL);
  return row;
}

void *
settings_member (const Settings *settings, const Setting *row)
{
  return (char *) settings + row->offset;
}

bool
settings_is_text (const Setting *row)
{
  return row->type <= SETTING_SCHEMA;
}

bool
settings_is_path (const Setting *row)
{
  return row->type <= SETTING_PATH;
}
