/* Invariants 1, 3 and 4: what the database alone can tell. */
#include "oracle.h"

#include "base/text.h"
#include "oracle_private.h"
#include "schema/history_vars.h"
#include "weir.h"

/* Each selects its violations as rows of text, and finds none where "of", a table of the ledger, has no rows; NULL: it may always. */
static const struct
{
  const char *title;
  const char *of;
  const char *sql;
} ledger_rules[] = {
  { "a run is over before its steps are", "execution_step",
    "select e.execution_id from weir.execution e join weir.execution_step s using "
    "(execution_id) where s.completed_on > e.completed_on" },
  { "counts are missing, negative, or more staged than read", "file",
    "select run_id from weir.file where state in ('applied', 'staged') and (least(rows_read, rows_rejected, rows_repaired, "
    "rows_duplicate,"
    " rows_unchanged, rows_inserted, rows_updated, rows_deactivated, rows_staged, rows_waiting, rows_late, rows_corrected, "
    "rows_deleted, rows_absent, rows_forgotten) < 0 or "
    "rows_deactivated > rows_updated + rows_deleted + rows_absent"
    " or rows_staged > rows_read or num_nulls(rows_read, rows_rejected, rows_repaired, rows_duplicate, rows_unchanged, "
    "rows_inserted,"
    " rows_updated, rows_deactivated, rows_staged, rows_waiting, rows_late, rows_corrected, rows_deleted, rows_absent, "
    "rows_forgotten) > 0)" },
  { "the ledger's counts are not the summary's", "file",
    "select run_id from weir.file where state in ('applied', 'staged') and not coalesce(trimmed ? 'details', false) and "
    "(summary->>'status' is distinct from state"
    " or summary->>'run' is distinct from run_id::text or summary->'rows' is distinct from jsonb_build_object('read', rows_read,"
    " 'rejected', rows_rejected, 'repaired', rows_repaired, 'duplicate', rows_duplicate, 'unchanged', rows_unchanged, 'inserted',"
    " rows_inserted, 'updated', rows_updated, 'deactivated', rows_deactivated, 'staged', rows_staged, 'waiting', rows_waiting, "
    "'late', rows_late,"
    " 'corrected', rows_corrected, 'deleted', rows_deleted, 'absent', rows_absent, 'forgotten', rows_forgotten))" },
  { "a run's lines do not add up", "file",
    "select run_id from weir.file where lines is not null and (lines ->> 'total')::bigint is distinct from (lines ->> "
    "'above')::bigint"
    " + (lines ->> 'header')::bigint + (lines ->> 'rows')::bigint + (lines ->> 'rejected')::bigint + (lines ->> 'comments')::bigint"
    " + (lines ->> 'blank')::bigint + (lines ->> 'below')::bigint" },
  { "a run's lines are not those of its rows, or not the summary's", "file",
    "select run_id from weir.file where (state in ('applied', 'staged') and lines is null) or (lines is null) is distinct from"
    " (rows_read is null) or (state in ('applied', 'staged') and ((lines ->> 'rows')::bigint < rows_staged + "
    "coalesce(rows_duplicate, 0)"
    " or (summary -> 'lines' is distinct from lines and not coalesce(trimmed ? 'details', false))))" },
  { "rows that wait are not as many as the run counted, or have no original bytes", "file",
    "select f.run_id from weir.file f where (state = 'applied' or exists (select from weir.waiting w where w.run_id = f.run_id)"
    " or exists (select from weir.reject r where r.run_id = f.run_id and r.waiting)) and ((select count(*) from weir.waiting w"
    " where w.run_id = f.run_id) is distinct from rows_waiting or (select count(*) from weir.waiting w join weir.reject r"
    " using (run_id, line) where w.run_id = f.run_id and r.waiting) is distinct from rows_waiting or (select count(*) from "
    "weir.reject r"
    " where r.run_id = f.run_id and r.waiting) is distinct from rows_waiting)" },
  { "a table counts other rows that wait than there are", "table",
    "select table_name from weir.table t where waiting <> (select count(*) "
    "from weir.waiting w where w.table_name = t.table_name)" },
  { "two rows of one key wait", "waiting",
    "select table_name, id from weir.waiting where id is not null group by 1, 2 having count(*) > 1" },
  { "a reject has no original bytes, line or reason", "reject",
    "select run_id, line from weir.reject where length(original) = 0 or line < 1 or reason = '' or message = ''" },
  { "an execution without a file, or of a state that does not fit its status", "execution",
    "select e.execution_id, e.status, f.state from weir.execution e left join weir.file f on f.run_id = e.execution_id where "
    "e.pipeline is null and not exists (select from weir.operation o where o.run_id = e.execution_id) and (f.run_id is null"
    " or (e.status = 'COMPLETED') is distinct from (f.state in ('applied', 'staged', 'duplicate', 'undone'))"
    " or (e.status = 'FAILED') is distinct from (f.state in ('failed', 'held')))" },
  { "a run does not have in weir.overwritten what it says", NULL,
    "select run_id, n, f.overwritten from (select run_id, count(*) as n from weir.overwritten group by 1) o full join weir.file f "
    "using (run_id) where coalesce(n, 0) is distinct from case when f.state = 'applied' then coalesce(f.overwritten, 0) else 0 "
    "end" },
  { "a run that was taken back, and by whom", "file",
    "select run_id, state from weir.file f where (state = 'undone') is distinct from exists (select from weir.operation o where "
    "f.run_id = any (o.runs) and o.run_id = f.undone_by and o.kind = 'undo')" },
  { "what a run said that was not applied", "observed",
    "select distinct o.run_id from weir.observed o where o.run_id is not null and not exists"
    " (select from weir.file f where f.run_id = o.run_id and f.state = 'applied')" },
  { "a completed execution without its end or with an error, or a failed one without an error", "execution",
    "select execution_id, status from weir.execution where (status = 'COMPLETED' and (completed_on is null or error is not null))"
    " or (status = 'FAILED' and coalesce(error, '') = '')" },
  { "an applied run without completed steps LOAD and TRANSFORM", "file",
    "select f.run_id from weir.file f where state = 'applied' and not coalesce(trimmed ? 'details', false) and 2 <> (select "
    "count(*) from weir.execution_step s where "
    "s.execution_id = f.run_id"
    " and s.step_name in ('LOAD', 'TRANSFORM') and s.status = 'COMPLETED' and s.completed_on is not null)" },
  { "the tally of a table's runs is not what there is", NULL,
    "select table_name, state, n, files from (select table_name, state, count(*) as n from weir.file where state <> 'loading' "
    "group by 1, 2) f"
    " full join (select * from weir.tally where files <> 0) t using (table_name, state) where n is distinct from files" },
  { "what a person has to see to is not in weir.unsettled, or something else is", NULL,
    "select run_id from (select run_id from weir.file where state = 'held' or (state = 'failed' and summary ->> 'status' in "
    "('blocked',"
    " 'held'))) f full join weir.unsettled u using (run_id) where f.run_id is null or u.run_id is null" },
  { "a file is to be removed or was, and the ledger says that it is kept", "file",
    "select run_id, disposition from weir.file where (disposition = 'trimmed') is distinct from coalesce(trimmed ? 'file', "
    "false)" },
  { "a bookmark is where no run has moved it that is COMPLETED", "bookmark",
    "select b.source, b.stream from weir.bookmark b left join weir.file f on f.run_id = b.run_id where b.run_id is not null and"
    " (f.state is null or f.state not in ('applied', 'staged', 'duplicate') or b.position is distinct from f.declaration -> "
    "'bookmark' -> 'to')" },
  { "a file of a source was seen by a run that is not COMPLETED", "pulled_file",
    "select p.source, p.path from weir.pulled_file p left join weir.file f on f.run_id = p.run_id where f.state is null or f.state "
    "not in ('applied', 'staged', 'duplicate')" },
  { "a step is open although its execution is over", "execution_step",
    "select e.execution_id, step_name from weir.execution e join weir.execution_step s using (execution_id)"
    " where e.pipeline is null and e.status in ('COMPLETED', 'FAILED') and s.status not in ('COMPLETED', 'FAILED')" },
};

/* Adds to a statement that asks all rules at once: one line of text for a violation, at most three of each. */
static void
add_rule (GString *statement, const char *title, const char *table, const char *sql)
{
  g_autofree char *line = g_strconcat ("- ", table, *table != '\0' ? ": " : "", title, ": ", NULL);
  g_autofree char *literal = text_quote_literal (line);
  g_string_append_printf (statement, "%s(select %s || r::text from (%s) r limit 3)", statement->len > 0 ? "\nunion all " : "",
                          literal, sql);
}

/* The schema that the home's weir.json configures would do; tests keep the default. From the catalog itself, for the views of
 * information_schema take long. */
static const char dimensions_sql[] =
    "select c.relname, i.attname, format('(select %I, opened_by, closed_by, %I as effective_start_date, nullif(%I, %s) as"
    " effective_end_date, %I as is_current, %I as version_number from warehouse.%I) t', i.attname, coalesce(n ->> 'start',"
    " 'effective_start_date'), coalesce(n ->> 'end', 'effective_end_date'), case t.history ->> 'open_end' when 'infinity' then"
    " '''infinity''' when '9999-12-31' then '''9999-12-31 00:00:00+00''' else 'null' end, coalesce(n ->> 'current',"
    " 'is_current'), coalesce(n ->> 'version', 'version_number'), c.relname)"
    " from weir.table t cross join lateral (values (t.history -> 'names')) h (n)"
    " join pg_class c on c.relname = t.table_name and c.relkind in ('r', 'p')"
    " join pg_attribute i on i.attrelid = c.oid and i.attnum = 1"
    " where t.kind = 'dimension' and coalesce(t.history ->> 'scd', '2') = '2' and c.relnamespace = to_regnamespace('warehouse')";

/* Besides verify/dimension, which is asked of the user's own tables, too (schema/templates/verify.sql). $t: the table, $i: its id, $v: its versions, whatever the columns are called that tell them apart. */
static const struct
{
  const char *title;
  const char *sql;
} dimension_rules[] = {
  { "a version of a run that the ledger does not call applied",
    /* A placeholder is of a fact's run. */
    "select $i, r from $v cross join lateral (values (opened_by), (closed_by)) v (r) where r is not null and not exists"
    " (select from weir.file f join weir.table o using (table_name) where f.run_id = r and f.state = 'applied'"
    " and (f.table_name = '$t' or o.kind = 'fact'))" },
  { "a run is not in the warehouse once",
    "select run_id, rows_inserted, rows_updated, rows_deactivated from weir.file f where table_name = '$t' and state = 'applied' "
    /* Rows of whom is forgotten are gone, and their runs have counted them. */
    "and not exists (select from weir.operation where kind = 'forget') "
    /* A late row may end what another run began, so that no run's versions can be counted any more, and so may a second export of one
       instant. */
    "and not exists (select from weir.export x where x.table_name = '$t' group by x.at having count(*) > 1)"
    " and not exists (select from weir.file l where l.table_name = '$t' and (l.rows_late + l.rows_corrected > 0"
    " or (l.rows_absent > 0 and l.rows_updated + l.rows_deleted + l.rows_absent > l.rows_deactivated))) and"
    /* What is overwritten in place is updated, too. */
    " ((select count(*) from $v where opened_by = f.run_id) not between rows_inserted + case when exists (select from weir.table p "
    "where"
    " p.table_name = '$t' and p.history -> 'columns' <> '{}') then 0 else rows_updated end and rows_inserted + rows_updated"
    " or (select count(*) from $v where closed_by = f.run_id) <> rows_deactivated)" },
  { "the view of current rows differs",
    "(select $i from $v where is_current except all select $i from warehouse.$t_current) union all"
    " (select $i from warehouse.$t_current except all select $i from $v where is_current)" },
};

/* $t: the table, $i: how the rows of a run compare to what it counted, for a keyed row that a later run updates is the later run's. */
static const struct
{
  const char *title;
  const char *sql;
} fact_rules[] = {
  { "a run is not in the warehouse once",
    "select run_id from weir.file f where table_name = '$t' and state = 'applied' and not exists (select from weir.operation where "
    "kind = 'forget') and"
    " (select count(*) from warehouse.$t where loaded_by = f.run_id) $i rows_inserted + rows_updated + rows_corrected" },
  { "rows of a run that the ledger does not call applied",
    "select loaded_by from warehouse.$t t where not exists (select from weir.file f where f.run_id = t.loaded_by and f.state = "
    "'applied')" },
  { "rows are not as many as were inserted",
    "select n, wanted from (select count(*) as n, (select coalesce(sum(rows_inserted), 0) from weir.file where table_name = '$t'"
    " and state = 'applied') as wanted from warehouse.$t) c where n <> wanted and not exists (select from weir.operation where "
    "kind = 'forget')" },
};

static const char facts_sql[] =
    "select c.relname, case when exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'occurrence')"
    " then '<>' else '>' end from pg_class c join pg_attribute l on l.attrelid = c.oid and l.attname = 'loaded_by'"
    " where c.relnamespace = to_regnamespace('warehouse') and c.relkind in ('r', 'p')";

static char *
fill_in (const char *sql, const char *table, const char *i, const char *versions)
{
  g_autoptr (GString) text = g_string_new (sql);
  g_string_replace (text, "$v", versions, 0);
  g_string_replace (text, "$t", table, 0);
  g_string_replace (text, "$i", i, 0);
  return g_strdup (text->str);
}

/* The ledger's tables that have rows. A server that is new to a table takes longer to plan a statement than to find nothing there. */
static char **
list_filled (Home *home)
{
  g_autofree char *names = sql_text_rows (home, "select relname from pg_class where relnamespace = to_regnamespace('weir')"
                                                " and relkind = 'r' and pg_relation_size(oid) > 0");
  return g_strsplit (names, "\n", -1);
}

static void
add_ledger (GString *statement, char **filled)
{
  for (size_t i = 0; i < G_N_ELEMENTS (ledger_rules); i++)
    if (ledger_rules[i].of == NULL || g_strv_contains ((const char *const *) filled, ledger_rules[i].of))
      add_rule (statement, ledger_rules[i].title, "", ledger_rules[i].sql);
}

/* The rules that `weir verify` has as well. */
static void
add_shared (Home *home, GString *statement)
{
  g_autoptr (DbResult) tables = sql_query (
      home, "select t.table_name, i.attname, t.history::text from weir.table t join pg_class c on c.relname = t.table_name and "
            "c.relkind in "
            "('r', 'p') join pg_attribute i on i.attrelid = c.oid and i.attnum = 1 where t.kind = 'dimension' and c.relnamespace = "
            "to_regnamespace('warehouse') and exists (select from pg_attribute v where v.attrelid = c.oid and v.attname = "
            "coalesce(t.history -> 'names' ->> 'version', 'version_number'))");
  for (int row = 0; row < db_result_rows (tables); row++)
    {
      const char *table = db_result_value (tables, row, 0);
      g_auto (History) history = { 0 };
      assert_true (history_parse (db_result_value (tables, row, 2), &history, NULL));
      const SqlVar vars[] = {
        { "schema", "warehouse" }, { "table", table }, { "id", db_result_value (tables, row, 1) }, HISTORY_VARS (&history)
      };
      g_autofree char *rules = sql_part ("verify/dimension", vars, G_N_ELEMENTS (vars));
      g_string_append_printf (statement, "\nunion all (select '- %s: ' || r.rule || ': ' || r.what from (%s) r limit 9)", table,
                              rules);
    }
  const SqlVar of = { "of", "null" };
  g_autofree char *ledger = sql_part ("verify/ledger", &of, 1);
  g_string_append_printf (statement, "\nunion all (select '- ' || r.rule || ': ' || r.what from (%s) r limit 9)", ledger);
}

static void
add_dimensions (Home *home, GString *statement)
{
  g_autofree char *rows = sql_text_rows (home, "%s", dimensions_sql);
  g_auto (GStrv) lines = g_strsplit (rows, "\n", -1);
  for (char **line = lines; *line != NULL && **line != '\0'; line++)
    {
      g_auto (GStrv) cells = g_strsplit (*line, "|", 3);
      for (size_t i = 0; i < G_N_ELEMENTS (dimension_rules); i++)
        {
          g_autofree char *sql = fill_in (dimension_rules[i].sql, cells[0], cells[1], cells[2]);
          add_rule (statement, dimension_rules[i].title, cells[0], sql);
        }
    }
}

static void
add_facts (Home *home, GString *statement)
{
  g_autofree char *rows = sql_text_rows (home, "%s", facts_sql);
  g_auto (GStrv) lines = g_strsplit (rows, "\n", -1);
  for (char **line = lines; *line != NULL && **line != '\0'; line++)
    {
      g_auto (GStrv) cells = g_strsplit (*line, "|", 2);
      for (size_t i = 0; i < G_N_ELEMENTS (fact_rules); i++)
        {
          g_autofree char *sql = fill_in (fact_rules[i].sql, cells[0], cells[1], "");
          add_rule (statement, fact_rules[i].title, cells[0], sql);
        }
    }
}

void
oracle_check_database (Home *home, unsigned flags, GString *violations)
{
  g_autoptr (GString) statement = g_string_new (NULL);
  g_auto (GStrv) filled = list_filled (home);
  add_ledger (statement, filled);
  if (!(flags & ORACLE_IN_WORK))
    add_rule (statement, "a run is still open", "",
              "select execution_id, status from weir.execution where pipeline is null and status not in ('COMPLETED', 'FAILED')");
  add_shared (home, statement);
  add_dimensions (home, statement);
  add_facts (home, statement);
  g_autofree char *found = sql_text_rows (home, "%s", statement->str);
  g_string_append_printf (violations, "%s%s", found, *found != '\0' ? "\n" : "");
}
