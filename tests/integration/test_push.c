/* Deliveries to another PostgreSQL: what comes there of each mode, and of what becomes of rows here. */
#include "tests/integration/pushing.h"

#define PEOPLE "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define EVENTS "{\"table\": \"events\", \"kind\": \"fact\", \"append\": \"all\"}"

#define THERE "select * from people order by email"
#define HERE "select people_id, email, name, age from warehouse.people_current order by email"

static void
load (Home *home, const char *name, const char *text)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_json (published, "status", "applied");
}

/* A table, and a job that delivers it to a store of its own as "items" say. */
static Store
given (Home *home, const char *table, const char *model, const char *items)
{
  Store store = store_make (home);
  g_autofree char *job = g_strdup_printf ("{\"table\": \"%s\", \"deliver\": [%s]}", table, items);
  configure_store (home, store.url, "");
  home_write_model (home, table, model);
  write_job (home, table, job);
  return store;
}

/* Given a table that is full before a job delivers it, then all of it comes first, takes nothing away there, and then what changes. */
static void
test_upsert (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  configure_store (home, store.url, "");
  home_write_model (home, "people", PEOPLE);
  write_job (home, "people", "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\"}]}");
  g_autoptr (Outcome) none = expect_weir (home, 0, "push", NULL);
  assert_string_equal (
      none->out, "Nothing waits to be delivered.\npeople: nothing was delivered yet: its table has no rows, or is not there.\n");
  home_remove_file (home, "jobs/people.json");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\nb@x.org,\"\",\n");
  load (home, "people-2.csv", "email,name,age\nc@x.org,\"Cid, \"\"the\"\" x\",40\n");
  store_run (&store, "create table people (people_id uuid, email text, name text, age bigint);"
                     " insert into people values ('c0ffee00-1234-4000-8000-000000000001', 'z@x.org')");
  write_job (home, "people", "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\"}]}");
  assert_outbox (home, "nothing");
  g_autoptr (Outcome) first = expect_weir (home, 0, "push", NULL);
  assert_contains (first->out, "dwh: people: 3 rows of 1 run delivered\n");
  assert_outbox (home, "sent 1");
  assert_store (&store, "z@x.org", "delete from people where email = 'z@x.org' returning email");
  assert_same (&store, THERE, HERE);
  load (home, "people-3.csv", "email,name,age\na@x.org,Anna,31\nb@x.org,\"\",\n");
  load (home, "people-4.csv", "email,name,age\nd@x.org,Dan,50\n");
  g_autoptr (Outcome) second = expect_weir (home, 0, "push", NULL);
  assert_contains (second->out, "dwh: people: 2 rows of 2 runs delivered\n");
  assert_same (&store, THERE, HERE);
  g_autoptr (Outcome) third = expect_weir (home, 0, "push", NULL);
  assert_string_equal (third->out, "Nothing waits to be delivered.\n");
  assert_outbox (home, "sent 3");
}

#define FULL                                                                                                                       \
  "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"absent\": \"close\","                         \
  " \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}}"

/* The same table four times: what is gone here goes, is flagged, or stays there; and with all its versions. */
static void
test_gone (void **state)
{
  Home *home = *state;
  g_auto (Store) store =
      given (home, "people", FULL,
             "{\"to\": \"dwh\"}, {\"to\": \"dwh\", \"table\": \"flagged\", \"gone\": \"flag\"},"
             " {\"to\": \"dwh\", \"table\": \"kept\", \"gone\": \"keep\"}, {\"to\": \"dwh\", \"table\": \"versions\", \"history\": "
             "true}");
  static const struct
  {
    const char *text, *flagged, *kept;
  } cases[] = {
    { "email,name,age\na@x.org,Ann,30\nb@x.org,Bob,1\nc@x.org,Cid,2\n", "a@x.org|f\nb@x.org|f\nc@x.org|f", "3" },
    { "email,name,age\na@x.org,Anna,30\nc@x.org,Cid,2\n", "a@x.org|f\nb@x.org|t\nc@x.org|f", "3" },
    { "email,name,age\na@x.org,Anna,30\nb@x.org,Bob,1\n", "a@x.org|f\nb@x.org|f\nc@x.org|t", "3" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases) + 1; i++)
    {
      const size_t row = i < G_N_ELEMENTS (cases) ? i : 1; /* at last the third one is taken back */
      g_autofree char *name = g_strdup_printf ("people-%zu.csv", i);
      print_message ("  %s\n", i < G_N_ELEMENTS (cases) ? name : "undo");
      if (i < G_N_ELEMENTS (cases))
        load (home, name, cases[i].text);
      else
        assert_weir (home, 0, "undo", "last", "--yes", NULL);
      assert_weir (home, 0, "push", NULL);
      assert_same (&store, THERE, HERE);
      assert_store (&store, cases[row].flagged, "select email, weir_gone from flagged order by 1");
      assert_store (&store, cases[row].kept, "select count(*) from kept");
      assert_same (&store, "select * from versions order by people_id, effective_start_date",
                   "select people_id, email, name, age, effective_start_date, effective_end_date, is_current, version_number"
                   " from warehouse.people order by people_id, effective_start_date");
    }
}

/* Keys that the user chose, and a person who was never there. */
static void
test_undo_by_own_key (void **state)
{
  Home *home = *state;
  g_auto (Store) store = given (home, "people", PEOPLE,
                                "{\"to\": \"dwh\", \"key\": [\"email\"], \"columns\": {\"people_id\": "
                                "{\"drop\": true}}}");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\n");
  load (home, "people-2.csv", "email,name,age\nb@x.org,Bob,30\na@x.org,Anna,1\n");
  assert_weir (home, 0, "push", NULL);
  assert_store (&store, "a@x.org|Anna|1\nb@x.org|Bob|30", THERE);
  assert_weir (home, 0, "undo", "last", "--yes", NULL);
  assert_weir (home, 0, "push", NULL);
  assert_store (&store, "a@x.org|Ann|30", THERE);
}

/* Rows without a key are appended, and known by their run. */
static void
test_append (void **state)
{
  Home *home = *state;
  g_auto (Store) store = given (home, "events", EVENTS, "{\"to\": \"dwh\"}");
  load (home, "events-1.csv", "what,n\nstart,1\nstart,1\n");
  load (home, "events-2.csv", "what,n\nstop,2\n");
  assert_weir (home, 0, "push", NULL);
  static const char there[] = "select what, n, count(*) from events group by 1, 2 order by 1, 2";
  static const char here[] = "select what, n, count(*) from warehouse.events group by 1, 2 order by 1, 2";
  assert_same (&store, there, here);
  load (home, "events-3.csv", "what,n\nstop,2\nstart,1\n");
  load (home, "events-4.csv", "what,n\nend,2\n");
  g_autoptr (Outcome) each = expect_weir (home, 0, "push", NULL);
  assert_contains (each->out, "dwh: events: 2 rows of 1 run delivered\ndwh: events: 1 row of 1 run delivered\n");
  assert_same (&store, there, here);
  assert_weir (home, 0, "undo", "events-3.csv", "--yes", NULL);
  g_autoptr (Outcome) undone = expect_weir (home, 0, "push", NULL);
  assert_contains (undone->out, "dwh: events: nothing to change (1 run)\n");
  assert_same (&store, there, here);
  store_run (&store, "insert into events values ('odd', 9)");
  assert_weir (home, 0, "push", "events", "--full", NULL);
  assert_same (&store, there, here);

  /* A member that comes later has what was there, and each row once. */
  write_job (home, "events", "{\"table\": \"events\", \"deliver\": [{\"to\": \"dwh\"}, {\"to\": \"dwh\", \"table\": \"late\"}]}");
  static const char late[] = "select what, n, count(*) from late group by 1, 2 order by 1, 2";
  assert_weir (home, 0, "push", "events", NULL);
  assert_same (&store, late, here);
  load (home, "events-5.csv", "what,n\nlast,3\n");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, late, here);
}

/* Rows that wait for what they refer to come with the run that brought them, when they are taken up. */
static void
test_late (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  configure_store (home, store.url, "");
  home_write_model (home, "people", PEOPLE);
  home_write_model (home, "sales",
                    "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"receipt\"],"
                    " \"references\": [{\"dimension\": \"people\", \"columns\": [\"email\"], \"as\": \"buyer_id\"}]}");
  write_job (
      home, "sales",
      "{\"table\": \"sales\", \"deliver\": [{\"to\": \"dwh\"}, {\"to\": \"dwh\", \"mode\": \"append\", \"table\": \"log\"}]}");
  load (home, "people-1.csv", "email,name\na@x.org,Ann\n");
  load (home, "sales-1.csv", "receipt,email,total\n1,a@x.org,1.50\n2,b@x.org,2\n");
  assert_weir (home, 0, "push", NULL);
  static const char here[] = "select sale_id, buyer_id, receipt, total from warehouse.sales order by receipt";
  assert_same (&store, "select sale_id, buyer_id, receipt, total from sales order by receipt", here);
  load (home, "people-2.csv", "email,name\nb@x.org,Bob\n");
  assert_sql (home, "2", "select count(*) from warehouse.sales");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, "select sale_id, buyer_id, receipt, total from sales order by receipt", here);
  assert_same (&store, "select sale_id, buyer_id, receipt, total from log order by receipt", here);
}

/* What a job says of columns. */
static void
test_columns (void **state)
{
  Home *home = *state;
  g_auto (Store) store = given (
      home, "people", PEOPLE,
      "{\"to\": \"dwh\", \"columns\": {\"email\": {\"mask\": \"hash\", \"rename\": \"who\"},"
      " \"card\": {\"mask\": \"last4\"}, \"note\": {\"drop\": true}, \"age\": {\"type\": \"text\", \"default\": \"unknown\"},"
      " \"opened_by\": {\"rename\": \"run\"}}}");
  load (home, "people-1.csv", "email,card,note,age\na@x.org,4111-1111,x,30\nb@x.org,,y,\nc@x.org,1111,,\n");
  assert_weir (home, 0, "push", NULL);
  assert_same (
      &store, "select * from people order by people_id",
      "select people_id, encode(sha256(email::bytea), 'hex'), case length(card) when 9 then '*****1111' when 4 then '****' end,"
      " coalesce(age::text, 'unknown'), opened_by from warehouse.people_current order by people_id");
}

/* Cells that are easily spoilt. */
static void
test_values (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  configure_store (home, store.url, "");
  home_write_model (
      home, "things",
      "{\"table\": \"things\", \"kind\": \"dimension\", \"business_key\": [\"k\"], \"columns\": {\"t\": {\"type\": \"text\"},"
      " \"n\": {\"type\": \"numeric\"}, \"j\": {\"type\": \"jsonb\"}, \"z\": {\"type\": \"timestamptz\"},"
      " \"d\": {\"type\": \"double precision\"}, \"b\": {\"type\": \"boolean\"}, \"u\": {\"type\": \"uuid\"},"
      " \"when it was\": {\"type\": \"date\"}}}");
  write_job (
      home, "things",
      "{\"table\": \"things\", \"deliver\": [{\"to\": \"dwh\", \"schema\": \"Other \\\"place\\\"\", \"table\": \"The; things\"}]}");
  /* A schema that the first delivery makes is no mistake, and is not made before; unless the job says that it has to be there. */
  g_autoptr (Outcome) checked = expect_weir (home, 0, "check", "things", NULL);
  assert_contains (
      checked->out,
      "a table in schema \"Other \"\"place\"\"\" was made, written, read back and taken back; the schema is not there yet");
  assert_store (&store, "0", "select count(*) from pg_namespace where nspname like 'Other%'");
  write_job (home, "strict", "{\"table\": \"things\", \"deliver\": [{\"to\": \"dwh\", \"schema\": \"shop\", \"create\": false}]}");
  g_autoptr (Outcome) missing = expect_weir (home, 2, "check", "strict", NULL);
  const char *once = strstr (missing->out, "there is no schema \"shop\"");
  assert_non_null (once);
  assert_null (strstr (once + 1, "there is no schema"));
  home_remove_file (home, "jobs/strict.json");
  load (home, "things-1.csv",
        "k,t,n,j,z,d,b,u,when it was\n"
        "1,\"a\"\"b\nc,;d\",123456789012345678901234567890.000000001,\"{\"\"a\"\": [1, null, "
        "\"\"x\"\"]}\",2026-11-29T08:00:00.123456Z,0.1,true,"
        "c0ffee00-1234-4000-8000-000000000001,2026-02-28\n"
        "2,\"\",-0.50,,1999-12-31 23:59:59+00,1e300,false,,0001-01-01\n"
        "3,\\.,,,,,,,\n"
        "4,\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x98 \\N,0,,,,,,\n");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, "select * from \"Other \"\"place\"\"\".\"The; things\" order by k",
               "select thing_id, k, t, n, j, z, d, b, u, when_it_was from warehouse.things_current order by k");
}

/* The whole table each time, beside the one that is read: what others were given of it, and how its indexes are called, stays. */
static void
test_swap (void **state)
{
  Home *home = *state;
  g_auto (Store) store = given (home, "people", PEOPLE,
                                "{\"to\": \"dwh\", \"mode\": \"swap\"},"
                                " {\"to\": \"dwh\", \"mode\": \"swap\", \"table\": \"xäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü\"}");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\nb@x.org,Bob,1\n");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, THERE, HERE);
  store_run (&store,
             "create index by_name on people (name); grant select on people to public; grant update (name) on people to public;"
             " comment on table people is 'it''s ours'; alter table people add column seen timestamptz default now();"
             " alter table people set (fillfactor = 70, toast.autovacuum_enabled = false);"
             " alter default privileges in schema public grant insert on tables to guarded, public");
  static const char oid[] = "select 'people'::regclass::oid";
  static const char shape[] =
      "select string_agg(c.relname, ', ' order by c.relname) from pg_index i join pg_class c on c.oid = i.indexrelid"
      " where i.indrelid = 'people'::regclass";
  static const char acl[] =
      "select has_table_privilege('guarded', 'people', 'select'), has_column_privilege('guarded', 'people', 'name', 'update'),"
      " has_table_privilege('guarded', 'people', 'insert'), obj_description('people'::regclass)";
  g_autofree char *before = store_rows (&store, oid);
  load (home, "people-2.csv", "email,name,age,city\na@x.org,Anna,31,Rome\nc@x.org,Cid,2,Oslo\n");
  assert_weir (home, 0, "push", NULL);
  g_autofree char *after = store_rows (&store, oid);
  assert_string_not_equal (before, after);
  assert_store (&store, "by_name, people_pkey", shape);
  assert_store (&store, "t|t|f|it's ours", acl);
  assert_store (&store, "{fillfactor=70}|{autovacuum_enabled=false}",
                "select c.reloptions, t.reloptions from pg_class c join pg_class t on t.oid = c.reltoastrelid"
                " where c.oid = 'people'::regclass");
  assert_store (&store, "Anna|Oslo", "select min(name), min(city) from xäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü");
  assert_same (&store, "select people_id, email, name, age, city, seen is not null from people order by email",
               "select people_id, email, name, age, city, true from warehouse.people_current order by email");

  /* Where a view is on it, it stays the same table. */
  store_run (&store, "create view names as select name from people");
  load (home, "people-3.csv", "email,name,age,city\na@x.org,Ada,31,Rome\n");
  assert_weir (home, 0, "push", NULL);
  assert_store (&store, after, oid);
  assert_store (&store, "Ada\nBob\nCid", "select name from names order by 1");
}

/* Where numbers of the user's own count its rows, it stays the same table, and they go on counting; and so does one that is told to be more than its columns. */
static void
test_swap_counted (void **state)
{
  Home *home = *state;
  g_auto (Store) store = given (home, "people", PEOPLE,
                                "{\"to\": \"dwh\", \"mode\": \"swap\"},"
                                " {\"to\": \"dwh\", \"table\": \"identity\", \"mode\": \"swap\"},"
                                " {\"to\": \"dwh\", \"table\": \"replicated\", \"mode\": \"swap\"}");
  store_run (&store, "create table people (no serial, people_id uuid, email text, name text, age bigint);"
                     " create table identity (no bigint generated always as identity, people_id uuid, email text, name text, age "
                     "bigint); create table replicated (people_id uuid, email text, name text, age bigint);"
                     " alter table replicated replica identity full");
  static const char oids[] = "select 'people'::regclass::oid, 'identity'::regclass::oid, 'replicated'::regclass::oid";
  g_autofree char *before = store_rows (&store, oids);
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\n");
  assert_weir (home, 0, "push", NULL);
  load (home, "people-2.csv", "email,name,age\na@x.org,Anna,30\n");
  assert_weir (home, 0, "push", NULL);
  assert_store (&store, before, oids);
  assert_store (&store, "2|Anna|2|Anna", "select p.no, p.name, i.no, i.name from people p cross join identity i");
}

/* An index proves a key whose names are no plain words; and what is another value is another one, whatever its type calls equal. */
static void
test_odd_key (void **state)
{
  Home *home = *state;
  g_auto (Store) store = given (home, "people", PEOPLE,
                                "{\"to\": \"dwh\", \"key\": [\"email\"], \"columns\": {\"people_id\":"
                                " {\"drop\": true}, \"email\": {\"rename\": \"größe, \\\"x\\\"\"}}},"
                                " {\"to\": \"dwh\", \"table\": \"typed\"}");
  /* A row that is in the way is tried as a new one only where the index is known. */
  store_run (&store,
             "create table people (\"größe, \"\"x\"\"\" text unique, name text, age bigint); create table tried (name text);"
             " create table typed (people_id uuid, email json, name interval, age jsonpath);"
             " do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$;"
             " create function keep() returns trigger language plpgsql as 'begin insert into tried values (new.name || '' '' || "
             "current_setting(''synchronous_commit'')); return new; end'; create trigger keep before insert on people for each row "
             "execute function keep()");
  load (home, "people-1.csv", "email,name,age\n17,1 day,30\n");
  assert_weir (home, 0, "push", NULL);
  load (home, "people-2.csv", "email,name,age\n17,24:00:00,30\n");
  assert_weir (home, 0, "push", NULL);
  assert_store (&store, "17|24:00:00|30", "select * from people");
  assert_store (&store, "17|24:00:00|30", "select email, name, age from typed");
  /* What was delivered is on the disk there. */
  assert_store (&store, "1 day on\n24:00:00 on", "select name from tried order by 1");
}

/* Columns that a table of the user's lacks, and those that it has more of; and types that it has chosen. */
static void
test_contract (void **state)
{
  Home *home = *state;
  g_auto (Store) store =
      given (home, "people", PEOPLE,
             "{\"to\": \"dwh\"}, {\"to\": \"dwh\", \"table\": \"less\", \"new_columns\": "
             "\"ignore\"},"
             " {\"to\": \"dwh\", \"table\": \"strict\", \"new_columns\": \"refuse\"}, {\"to\": \"dwh\", \"table\": \"absent\", "
             "\"create\": false}");
  for (const char *const *table = (const char *const[]) { "people", "less", "strict", NULL }; *table != NULL; table++)
    {
      g_autofree char *sql =
          g_strdup_printf ("create table %s (people_id uuid, email varchar(20), name text, extra integer default 7)", *table);
      store_run (&store, sql);
    }
  store_run (&store, "insert into people (email) values ('not ours')");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\n");
  g_autoptr (Outcome) some = expect_weir (home, 1, "push", NULL);
  assert_contains (some->out, "\"public\".\"strict\" lacks columns: age");
  assert_contains (some->out, "there is no table \"public\".\"absent\"");
  assert_store (&store, "a@x.org|Ann|7|30\nnot ours|-|7|-", "select email, name, extra, age from people order by 1");
  assert_store (&store, "a@x.org|Ann|7", "select email, name, extra from less");
  assert_store (&store, "0", "select count(*) from strict");
  assert_outbox (home, "refused 2, sent 2");
  g_autoptr (Outcome) status = run_weir (home, "status", NULL);
  assert_contains (status->out, "`weir push people --to dwh --table people`");
  /* Members to one connection are told apart. */
  assert_contains (some->out, "dwh (strict): people: not delivered, it waits for a person: ");
  assert_contains (status->out, "dwh (absent): 1 run of people, waiting for a person: ");
  g_autoptr (Outcome) list = expect_weir (home, 0, "push", "--list", NULL);
  assert_contains (list->out, "dwh (less)");
  g_autoptr (Outcome) json = expect_weir (home, 0, "push", "--list", "--json", NULL);
  g_autoptr (Json) parsed = outcome_json (json);
  assert_json (parsed, "waiting.0.member", "strict");
  store_run (&store, "alter table strict add column age bigint; create table absent (like strict)");
  assert_weir (home, 0, "push", "people", NULL);
  assert_store (&store, "a@x.org|Ann|7|30", "select email, name, extra, age from strict");
  assert_store (&store, "a@x.org|30", "select email, age from absent");
  assert_sql (home, "2", "select count(*) from weir.incident where detail ->> 'ended_by' = 'push'");

  /* What only the table's columns tell is told as a mistake of the job, by status, too. */
  write_job (home, "people",
             "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\"}, {\"to\": \"dwh\", \"table\": \"less\", \"columns\": "
             "{\"nam\": {\"drop\": "
             "true}, \"E-mail\": {\"drop\": true}}}]}");
  load (home, "people-4.csv", "email,name,age\nd@x.org,Dan,30\n");
  g_autoptr (Outcome) wrong = expect_weir (home, 1, "push", NULL);
  g_autoptr (Outcome) said = run_weir (home, "status", NULL);
  const Outcome *const told[] = { wrong, said };
  for (size_t i = 0; i < G_N_ELEMENTS (told); i++)
    {
      assert_contains (told[i]->out, "  DETAIL:  jobs/people.json: $.deliver[1].columns.nam: people has no such column\n");
      assert_contains (told[i]->out, "jobs/people.json: $.deliver[1].columns[\"E-mail\"]: people has no such column\n");
    }
  write_job (home, "people",
             "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\"}, {\"to\": \"dwh\", \"table\": \"less\", \"new_columns\": "
             "\"ignore\"},"
             " {\"to\": \"dwh\", \"table\": \"strict\", \"new_columns\": \"refuse\"}, {\"to\": \"dwh\", \"table\": \"absent\", "
             "\"create\": false}]}");
  assert_weir (home, 0, "push", NULL);
  assert_weir (home, 0, "undo", "last", "--yes", NULL);
  assert_weir (home, 0, "push", NULL);

  /* What does not fit is refused, and nothing of it comes in. */
  load (home, "people-2.csv", "email,name,age\na@x.org,Anna,30\nlonger-than-twenty-letters@x.org,Bob,1\n");
  g_autoptr (Outcome) wide = expect_weir (home, 1, "push", NULL);
  assert_contains (wide->out, "value too long for type character varying(20): It is of column email.");
  assert_store (&store, "Ann|1", "select min(name), count(*) from strict");

  /* What comes behind it waits with it. */
  load (home, "people-3.csv", "email,name,age\na@x.org,Ada,30\n");
  g_autoptr (Outcome) behind = run_weir (home, "push", "--send", "dwh", NULL);
  assert_int_equal (behind->code, 0);
  assert_string_equal (behind->out, "");
  assert_sql (home, "t",
              "select bool_and(state = 'waiting') from weir.delivery where run_id = (select run_id from weir.file where file_name "
              "= 'people-3.csv')");
}

/* A table in months. */
static void
test_partitions (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  configure_store (home, store.url, "");
  home_write_model (
      home, "sales",
      "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"receipt\"], \"columns\": {\"day\": {\"type\": \"date\"}}}");
  write_job (home, "sales",
             "{\"table\": \"sales\", \"deliver\": [{\"to\": \"dwh\", \"partition_by\": {\"column\": \"day\", \"by\": \"month\", "
             "\"ahead\": 1, \"expire\": \"24 months\"}}]}");
  g_autoptr (DbResult) days =
      sql_query (home, "select now()::date, (now() - interval '3 months')::date, (now() - interval '30 months')::date");
  g_autofree char *text = g_strdup_printf ("receipt,day\n1,%s\n2,%s\n3,%s\n4,\n", db_result_value (days, 0, 0),
                                           db_result_value (days, 0, 1), db_result_value (days, 0, 2));
  load (home, "sales-1.csv", text);
  g_autoptr (Outcome) first = expect_weir (home, 0, "push", NULL);
  assert_contains (first->out, "1 row is older than 24 months and was left out");
  assert_same (
      &store, "select receipt, day, to_char(day, '\"sales_p\"YYYY_MM') = tableoid::regclass::text from sales order by receipt",
      "select receipt, day, case when day is not null then true end from warehouse.sales where receipt <> 3 order by receipt");
  assert_store (&store, "4", "select count(*) from pg_inherits where inhparent = 'sales'::regclass");

  /* A row that moves to another month, or to one that has expired, and a month that is over. */
  store_run (&store, "create table sales_p2001_02 partition of sales for values from ('2001-02-01') to ('2001-03-01')");
  g_autofree char *more = g_strdup_printf ("receipt,day\n2,%s\n5,%s\n1,%s\n", db_result_value (days, 0, 0),
                                           db_result_value (days, 0, 1), db_result_value (days, 0, 2));
  load (home, "sales-2.csv", more);
  g_autoptr (Outcome) second = expect_weir (home, 0, "push", NULL);
  assert_contains (second->out, "sales_p2001_02 was dropped");
  assert_same (&store, "select sale_id, receipt, day from sales order by receipt",
               "select sale_id, receipt, day from warehouse.sales where receipt not in (1, 3) order by receipt");
}

#define TROUBLES                                                                                                                   \
  "select coalesce(string_agg(concat_ws(' ', detail ->> 'destination', detail ->> 'state'), ', ' order by 1), '-')"                \
  " from weir.incident where kind = 'push' and ended is null"

/* One destination has what it wants, whatever another one says. */
static void
test_several (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  configure_store (
      home, store.url,
      ", \"away\": {\"type\": \"postgresql\", \"url\": \"postgresql://nobody@127.0.0.1:1/x?sslmode=disable&connect_timeout=2\"},"
      " \"odd\": {\"type\": \"postgresql\", \"url\": \"postgresql://\", \"hots\": \"x\"}},"
      " \"notify\": {\"targets\": {\"ops\": {\"type\": \"command\", \"command\": [\"/bin/sh\", \"-c\", \"cat >>told\"]}}");
  assert_weir (home, 0, "notify", "send", NULL);
  home_write_model (home, "people",
                    "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"columns\": {\"email\":"
                    " {\"pii\": true}}}");
  write_job (home, "people", "{\"table\": \"people\", \"deliver\": [{\"to\": \"away\"}, {\"to\": \"odd\"}, {\"to\": \"dwh\"}]}");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\n");
  g_autoptr (Outcome) pushed = run_weir (home, "push", "--json", NULL);
  assert_int_equal (pushed->code, 1);
  assert_same (&store, THERE, HERE);
  assert_outbox (home, "refused 1, sent 1, waiting 1");
  g_autoptr (Outcome) status = run_weir (home, "status", NULL);
  assert_int_not_equal (status->code, 0);
  assert_contains (status->out, "odd: 1 run of people, waiting for a person");
  assert_contains (status->out, "away: 1 run of people, not delivered yet, tried again at ");
  assert_null (strstr (status->out, "delivering it to"));

  /* Who has to be told is told once: at once of what waits for a person, of what is away when that has lasted. */
  assert_sql (home, "odd refused", TROUBLES);
  sql_run_text (home, "update weir.delivery set detail = detail || '{\"failing_since\": \"2020-01-01T00:00:00Z\"}'");
  assert_weir (home, 1, "push", NULL);
  assert_weir (home, 1, "push", NULL);
  assert_sql (home, "away waiting, odd refused", TROUBLES);
  assert_sql (home, "2", "select count(*) from weir.runs where pipeline = 'push people' and status = 'FAILED'");
  assert_sql (home, "3|2020-01-01T00:00:00Z",
              "select detail ->> 'times', detail ->> 'since' from weir.incident where detail ->> "
              "'destination' = 'away'");
  g_autoptr (Outcome) troubled = run_weir (home, "status", "--json", NULL);
  g_autoptr (Json) told = outcome_json (troubled);
  assert_json (told, "incidents.0.kind", "push");
  assert_weir (home, 0, "notify", "send", NULL);
  assert_sql (home, "2", "select count(*) from weir.alerts where rule = 'push'");
  g_autofree char *alert = home_read_file (home, "told");
  assert_contains (alert, "delivering it to odd fails, 3 times by now, since 2020-01-01T00:00:00Z (configuration); ");
  assert_null (strstr (alert, "hots")); /* what may quote a cell of a table with personal data */
  assert_contains (alert, "delivering it to away fails, 3 times by now, since 2020-01-01T00:00:00Z (transient): ");
  g_autoptr (Outcome) list = expect_weir (home, 0, "push", "--list", NULL);
  assert_contains (list->out, "refused");
  g_autoptr (Outcome) json = expect_weir (home, 0, "push", "--list", "--json", NULL);
  g_autoptr (Json) parsed = outcome_json (json);
  assert_int_equal (json_array_size (json_object_get (parsed, "outbox")), 3);
  assert_int_equal (json_array_size (json_object_get (parsed, "waiting")), 2);
  g_autoptr (Outcome) dropped = expect_weir (home, 0, "push", "--to", "odd", "--drop", NULL);
  assert_string_equal (dropped->out, "1 delivery is given up.\n");
  assert_weir (home, 3, "push", NULL);
  assert_sql (home, "away waiting", TROUBLES);
  assert_weir (home, 0, "push", "--to", "away", "--drop", "--json", NULL);
  assert_outbox (home, "dropped 2, sent 1");
  assert_sql (home, "-", TROUBLES);
  assert_sql (home, "drop", "select distinct detail ->> 'ended_by' from weir.incident");
  assert_weir (home, 2, "push", "nowhere", NULL);
  assert_weir (home, 2, "push", "--drop", NULL);
}

/* Who is erased here is erased there, whatever rows are known by; and rows come anew with the ids of a new secret. */
static void
test_forget_and_rotate (void **state)
{
  Home *home = *state;
  g_auto (Store) store =
      given (home, "people", PEOPLE,
             "{\"to\": \"dwh\"}, {\"to\": \"dwh\", \"table\": \"by_mail\", \"key\": [\"email\"],"
             " \"columns\": {\"people_id\": {\"drop\": true}}}, {\"to\": \"dwh\", \"table\": \"log\", \"mode\": \"append\"}");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\nb@x.org,Bob,1\n");
  assert_weir (home, 0, "push", NULL);
  assert_store (&store, "2", "select count(*) from by_mail");
  load (home, "people-2.csv", "email,name,age\nc@x.org,Cid,30\n");
  assert_weir (home, 0, "forget", "people", "a@x.org", "--yes", NULL);
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, THERE, HERE);
  assert_store (&store, "b@x.org\nc@x.org", "select email from by_mail order by 1");
  assert_store (&store, "b@x.org\nc@x.org", "select email from log order by 1");
  assert_weir (home, 0, "key", "rotate", "--yes", NULL);
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, THERE, HERE);
}

/* A destination that is no database: what is there is a file of each delivery, and the same bytes under the same name. */
static void
test_share (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  g_autofree char *folder = home_path (home, "share");
  g_autofree char *more = g_strdup_printf (", \"files\": {\"type\": \"share\", \"path\": \"%s\"}", folder);
  configure_store (home, store.url, more);
  home_write_file (home, "share/keep.txt", "x");
  home_write_model (home, "people", PEOPLE);
  write_job (
      home, "people",
      "{\"table\": \"people\", \"deliver\": [{\"to\": \"files\", \"path\": \"people.csv\", \"replace\": true, \"mode\": \"swap\","
      " \"columns\": {\"people_id\": {\"drop\": true}}},"
      " {\"to\": \"files\", \"path\": \"changes-::RUN::.csv\", \"columns\": {\"people_id\": {\"drop\": true}}, \"key\": "
      "[\"email\"]}]}");
  load (home, "people-1.csv", "email,name,age\nb@x.org,Bob,\na@x.org,Ann,30\n");
  home_set_environment (home, "WEIR_FAULT", "kill:push-sent");
  g_autoptr (Outcome) killed = run_weir (home, "push", NULL);
  assert_int_equal (killed->code, 3);
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_weir (home, 0, "push", NULL);
  g_autofree char *run = sql_scalar (home, "select run_id::text from weir.file");
  g_autofree char *name = g_strdup_printf ("share/changes-%s.csv", run), *text = home_read_file (home, name);
  assert_string_equal (text, "\"email\",\"name\",\"age\"\n\"a@x.org\",\"Ann\",\"30\"\n\"b@x.org\",\"Bob\",\n");
  load (home, "people-2.csv", "email,name,age\nc@x.org,Cid,1\n");
  assert_weir (home, 0, "push", NULL);
  assert_weir (home, 0, "undo", "last", "--yes", NULL);
  assert_weir (home, 0, "push", NULL);
  g_autofree char *undo = sql_scalar (home, "select run_id::text from weir.delivery where cause = 'undo' and item = 1");
  g_autofree char *other = g_strdup_printf ("share/changes-%s.csv", undo), *gone = home_read_file (home, other);
  assert_string_equal (gone, "\"email\",\"name\",\"age\",\"weir_gone\"\n\"c@x.org\",,,\"t\"\n");
  load (home, "people-3.csv", "email,name,age\na@x.org,Anna,30\n");
  assert_weir (home, 0, "push", NULL);
  g_autofree char *whole = home_read_file (home, "share/people.csv");
  assert_contains (whole, "Anna");
  assert_contains (whole, "Bob");
  assert_int_equal (home_count_files (home, "share"), 6);
}

/* What the warehouse has of booleans, of its own columns, and of who is gone, a Singer target hears in JSON. */
static void
test_singer (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"connections\": {\"lake\": {\"type\": \"singer\", \"command\": [\"sh\", \"target\"]}}");
  home_write_file (home, "target", "tee -a got | sed -n 's/^{\"type\":\"STATE\",\"value\":\\(.*\\)}$/\\1/p'\n");
  home_write_model (home, "people", FULL);
  write_job (home, "people",
             "{\"table\": \"people\", \"deliver\": [{\"to\": \"lake\"},"
             " {\"to\": \"lake\", \"stream\": \"versions\", \"history\": true}]}");
  load (home, "people-1.csv", "email,member\na@x.org,true\nb@x.org,false\n");
  assert_weir (home, 0, "push", NULL);
  load (home, "people-2.csv", "email,member\na@x.org,false\n");
  assert_weir (home, 0, "push", NULL);
  static const char *const told[] = {
    "\"email\":\"a@x.org\",\"member\":true,\"_sdc_deleted_at\":null}",
    "\"email\":\"b@x.org\",\"member\":false,\"_sdc_deleted_at\":null}",
    "\"email\":null,\"member\":null,\"_sdc_deleted_at\":\"2",
    "\"is_current\":{\"type\":[\"boolean\"",
    "\"version_number\":{\"type\":[\"integer\"",
    "\"is_current\":true,\"version_number\":2",
  };
  g_autofree char *got = home_read_file (home, "got");
  for (size_t i = 0; i < G_N_ELEMENTS (told); i++)
    assert_contains (got, told[i]);
}

/* Redshift's dialect, on a PostgreSQL that has been given what it lacks. */
static void
test_redshift (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  g_autofree char *more = g_strdup_printf (", \"red\": {\"type\": \"redshift\", \"url\": \"%s\"}", store.url);
  configure_store (home, store.url, more);
  store_run (&store, "create function getdate() returns timestamptz language sql as 'select now()'");
  home_write_model (home, "people", FULL);
  write_job (
      home, "people",
      "{\"table\": \"people\", \"deliver\": [{\"to\": \"red\"}, {\"to\": \"red\", \"table\": \"flagged\", \"gone\": \"flag\"},"
      " {\"to\": \"red\", \"table\": \"swapped\", \"mode\": \"swap\"}]}");
  load (home, "people-1.csv", "email,name,age\na@x.org,\"Ann's \\ x\",30\nb@x.org,Bob,1\n");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, THERE, HERE);
  load (home, "people-2.csv", "email,name,age\na@x.org,Anna,30\nc@x.org,,\n");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, THERE, HERE);
  assert_same (&store, "select * from swapped order by email", HERE);
  assert_store (&store, "a@x.org|f\nb@x.org|t\nc@x.org|f", "select email, weir_gone from flagged order by 1");
}

/* What a job pulls it delivers: the copy is as the source, with all types that it has, changes and deletes included. */
static void
test_pulled (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  configure_store (home, store.url, "");
  store_run (&store,
             "create table src (id integer primary key, total numeric(12,3), note text, tags text[], data jsonb, at timestamptz,"
             " updated_at timestamptz not null default clock_timestamp())");
  store_run (&store, "insert into src select i, i / 7.0, case when i % 3 > 0 then 'note ' || i end, array['a', null, i::text], "
                     "jsonb_build_object('i', i),"
                     " '2026-11-29T08:00:00.123456Z' from generate_series(1, 500) i; insert into src values (501, 'NaN', '', '{}', "
                     "'null', 'infinity')");
  write_job (
      home, "orders",
      "{\"from\": {\"connection\": \"dwh\", \"table\": \"public.src\"}, \"to_table\": \"orders\", \"mode\": \"mirror\","
      " \"key\": [\"id\"], \"bookmark\": \"updated_at\", \"deliver\": [{\"to\": \"dwh\", \"table\": \"copy\", \"key\": [\"id\"],"
      " \"columns\": {\"order_id\": {\"drop\": true}}}]}");
  static const char *const changes[] = {
    "select 1", "update src set total = total + 1, updated_at = clock_timestamp() where id % 10 = 0",
    "delete from src where id % 100 = 0; insert into src values (1000, 1, 'new', null, null, null)"
  };
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      store_run (&store, changes[i]);
      assert_weir (home, 0, "pull", "orders", NULL);
      assert_weir (home, 0, "push", NULL);
      g_autofree char *source =
          store_rows (&store, "select id, total, note, tags::text, data::text, at, updated_at from src order by id");
      assert_store (&store, source, "select id, total, note, tags::text, data::text, at, updated_at from copy order by id");
    }
}

/* `weir watch` delivers by itself, and tries again by itself where the job was mended. */
static void
test_watch (void **state)
{
  Home *home = *state;
  g_auto (Store) store = given (home, "people", PEOPLE, "{\"to\": \"dwh\", \"create\": false}");
  g_autoptr (Background) watch = start_watch (home);
  home_drop (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\n");
  wait_until (sql_number (home, "select count(*) from weir.delivery where state = 'refused'") == 1);
  assert_store (&store, "f", "select to_regclass('people') is not null");
  write_job (home, "people", "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\"}]}");
  wait_until (sql_number (home, "select count(*) from weir.delivery where state = 'sent'") == 1);
  assert_same (&store, THERE, HERE);
  stop_watch (watch);
}

/* A member that sends to another place than the one in its place did begins with all of the table there, and rows that were appended are there once. */
static void
test_other_place (void **state)
{
  static const struct
  {
    const char *deliver;
    const char *tables[3];
  } cases[] = {
    { "{\"to\": \"dwh\"}", { "people" } },
    { "{\"to\": \"dwh\", \"table\": \"log\", \"mode\": \"append\"}, {\"to\": \"dwh\"}", { "log", "people" } },
    { "{\"to\": \"dwh\"}, {\"mode\": \"append\", \"table\": \"log\", \"to\": \"dwh\"}", { "log", "people" } },
    { "{\"to\": \"dwh\", \"schema\": \"app\"}, {\"to\": \"dwh\", \"table\": \"log\", \"mode\": \"append\"}",
      { "log", "app.people" } },
    { "{\"to\": \"dwh\"}, {\"to\": \"dwh\", \"table\": \"more\"}", { "people", "more" } },
  };
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  configure_store (home, store.url, "");
  home_write_model (home, "people", PEOPLE);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *job = g_strdup_printf ("{\"table\": \"people\", \"deliver\": [%s]}", cases[i].deliver);
      g_autofree char *name = g_strdup_printf ("people-%zu.csv", i), *text = g_strdup_printf ("email,name,age\n%zu@x.org,A,1\n", i);
      print_message ("  %s\n", cases[i].deliver);
      write_job (home, "people", job);
      load (home, name, text);
      assert_weir (home, 0, "push", NULL);
      for (size_t t = 0; t < G_N_ELEMENTS (cases[i].tables) && cases[i].tables[t] != NULL; t++)
        {
          g_autofree char *there = g_strdup_printf ("select email from %s order by 1", cases[i].tables[t]);
          assert_same (&store, there, "select email from warehouse.people_current order by 1");
        }
    }
  /* Where nothing changed, no more than what a run touched is sent. */
  load (home, "people-9.csv", "email,name,age\n9@x.org,A,1\n");
  g_autoptr (Outcome) last = expect_weir (home, 0, "push", NULL);
  assert_contains (last->out, "dwh (people): people: 1 row of 1 run delivered\n");
  assert_contains (last->out, "dwh (more): people: 1 row of 1 run delivered\n");
}

/* A table that somebody dropped there is not made of what changed. */
static void
test_gone_table (void **state)
{
  Home *home = *state;
  g_auto (Store) store = given (home, "people", PEOPLE, "{\"to\": \"dwh\"}");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\n");
  assert_weir (home, 0, "push", NULL);
  store_run (&store, "drop table people");
  load (home, "people-2.csv", "email,name,age\nb@x.org,Bob,1\n");
  g_autoptr (Outcome) refused = expect_weir (home, 1, "push", NULL);
  assert_contains (refused->out, "is gone there");
  assert_contains (refused->out, "weir push --full");
  assert_store (&store, "f", "select to_regclass('people') is not null");
  assert_weir (home, 0, "push", "--full", NULL);
  assert_same (&store, THERE, HERE);
}

#define IN_PLACE                                                                                                                   \
  "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"columns\": {\"name\": {\"scd\": 1}}}"

/* What another home of the database is to deliver is not refused here because its job is not; one of ours goes, whoever has noted it. */
static void
test_other_home (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  configure_store (home, store.url, "");
  home_write_model (home, "people", PEOPLE);
  write_job (home, "people", "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\"}]}");
  write_job (home, "theirs", "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\", \"table\": \"theirs\"}]}");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\n");
  home_remove_file (home, "jobs/theirs.json");
  sql_run_text (home, "update weir.delivery set home = '/srv/second'");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, THERE, HERE);
  assert_outbox (home, "sent 1, waiting 1");
  g_autoptr (Outcome) none = expect_weir (home, 0, "push", NULL);
  assert_string_equal (none->out, "Nothing waits to be delivered.\n");
  /* Nor is it shown here, or given up by accident. */
  sql_run_text (home, "update weir.delivery set state = 'refused' where job = 'theirs'");
  sql_run_text (home,
                "insert into weir.incident (kind, \"table\", subject, began, detail) values"
                " ('push', 'people', 'theirs', now(), '{\"job\": \"theirs\", \"home\": \"/srv/second\", \"place\": \"dwh\"}'),"
                " ('pull', 'people', 'theirs', now(), '{\"job\": \"theirs\", \"home\": \"/srv/second\"}')");
  g_autoptr (Outcome) status = expect_weir (home, 0, "status", NULL);
  assert_null (strstr (status->out, "theirs"));
  g_autoptr (Outcome) list = expect_weir (home, 0, "push", "--list", NULL);
  assert_contains (list->out, " people ");
  assert_null (strstr (list->out, "theirs"));
  g_autoptr (Outcome) kept = expect_weir (home, 0, "push", "--drop", "--to", "dwh", NULL);
  assert_string_equal (kept->out, "0 deliveries are given up.\n");
  sql_run_text (home, "delete from weir.incident");
  /* What nobody has tried for a day is told, but where that home is one still. */
  sql_run_text (
      home,
      "update weir.delivery set state = 'waiting', tried_on = null, first_on = now() - interval '25 hours' where job = 'theirs'");
  g_autoptr (Outcome) stray = expect_weir (home, 0, "status", NULL);
  assert_contains (stray->out, "of the home /srv/second on another machine, or one that has moved: look there first\n");
  assert_contains (stray->out, "`weir push theirs --to dwh --table people --drop`");
  home_write_file (home, "second/weir.json", "{}");
  sql_run_text (home, "update weir.delivery set home = '%s/second' where job = 'theirs'", home->path);
  g_autoptr (Outcome) quiet = expect_weir (home, 0, "status", NULL);
  assert_null (strstr (quiet->out, "theirs"));
  home_remove_file (home, "second/weir.json");
  /* Nor is it our trouble that the other one's was refused, as on a machine that we do not see. */
  sql_run_text (home, "update weir.delivery set home = '/srv/second', state = 'refused' where job = 'theirs'");
  g_autoptr (Outcome) away = expect_weir (home, 0, "status", NULL);
  assert_contains (away->out, "look there first");
  sql_run_text (home, "update weir.delivery set state = 'waiting' where job = 'theirs'");
  /* One of ours that is gone waits for a person. */
  sql_run_text (home, "update weir.delivery set home = null");
  g_autoptr (Outcome) gone = expect_weir (home, 1, "push", NULL);
  assert_contains (gone->out, "no job \"theirs\"");
  g_autoptr (Outcome) told = expect_weir (home, 1, "status", NULL);
  assert_contains (told->out, "no job \"theirs\" any more");
  assert_contains (told->out, "weir push theirs --to dwh --table people --drop\n");
  sql_run_text (home, "update weir.delivery set home = '/srv/second' where job = 'theirs'");
  assert_weir (home, 0, "push", "theirs", "--drop", NULL);
  assert_outbox (home, "dropped 1, sent 1");
  /* While jobs cannot be read, what they have sent so far goes on, and nobody is asked about a member that never was to. */
  home_write_file (home, "jobs/theirs.json", "{");
  home_write_file (home, "jobs/people.json", "{");
  load (home, "people-2.csv", "email,name,age\nb@x.org,Bob,1\n");
  assert_outbox (home, "dropped 1, sent 1, waiting 1");
  home_remove_file (home, "jobs/theirs.json");
  write_job (home, "people", "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\"}]}");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, THERE, HERE);
  /* A file whose name is no job's spoils nothing; nor is all of it lost where jobs cannot be listed. */
  home_write_file (home, "jobs/caf\xe9.json", "{}");
  assert_weir (home, 0, "status", NULL);
  g_autofree char *jobs = home_path (home, "jobs"), *away_path = home_path (home, "jobs-away");
  assert_int_equal (rename (jobs, away_path), 0);
  home_write_file (home, "jobs", "");
  assert_weir (home, 0, "status", NULL);
}

/* A destination that is away for longer than what runs overwrote is kept: that is kept for it, and goes when it has had it. */
static void
test_away_for_long (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  home->oracle |= ORACLE_TRIMMED;
  configure_store (home, store.url, "}, \"retention\": {\"undo\": \"1 day\", \"ledger\": \"1 day\"");
  home_write_model (home, "people", IN_PLACE);
  write_job (home, "people", "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\"}]}");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\nb@x.org,Bob,1\n");
  assert_weir (home, 0, "push", NULL);
  load (home, "people-2.csv", "email,name,age\na@x.org,Anna,30\nb@x.org,Bob,1\n");
  sql_run_text (
      home, "update weir.execution set created_on = created_on - interval '3 days', started_on = started_on - interval '3 days',"
            " completed_on = completed_on - interval '3 days'");
  assert_weir (home, 0, "gc", NULL);
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, THERE, HERE);
  assert_sql (home, "t", "select count(*) > 0 from weir.overwritten");
  assert_weir (home, 0, "gc", NULL);
  assert_sql (home, "0", "select count(*) from weir.overwritten");
}

/* A column that the model calls otherwise now has its values there, too, of rows that no file has touched. */
static void
test_renamed (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  configure_store (home, store.url, "");
  home_write_model (home, "people", PEOPLE);
  write_job (home, "people", "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\"}]}");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\nb@x.org,Bob,1\n");
  assert_weir (home, 0, "push", NULL);
  home_write_model (home, "people",
                    "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"],"
                    " \"columns\": {\"called\": {\"from\": [\"name\"]}}}");
  load (home, "people-2.csv", "email,name,age\nc@x.org,Cid,30\n");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, "select email, called from people order by email",
               "select email, called from warehouse.people_current order by email");
  assert_sql (home, "0", "select count(*) from weir.delivery_touched");
}

/* What is kept of rows for a delivery goes with it. */
static void
test_given_up (void **state)
{
  Home *home = *state;
  g_auto (Store) store = given (home, "people", PEOPLE, "{\"to\": \"dwh\"}");
  load (home, "people-1.csv", "email,name,age\na@x.org,Ann,30\n");
  assert_weir (home, 0, "push", "people", "--drop", NULL);
  g_autoptr (Outcome) nothing = expect_weir (home, 0, "push", NULL);
  assert_string_equal (nothing->out, "Nothing waits to be delivered.\n");
  /* Nor is it taken for new when the ledger has forgotten that. */
  sql_run_text (home, "update weir.delivery set done_on = done_on - interval '2 days'");
  configure_store (home, store.url, "}, \"retention\": {\"ledger\": \"1 day\"");
  assert_weir (home, 0, "gc", NULL);
  assert_outbox (home, "nothing");
  assert_weir (home, 0, "push", NULL);
  assert_outbox (home, "nothing");
  load (home, "people-2.csv", "email,name,age\nb@x.org,Bob,30\n");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, THERE, HERE);
  assert_weir (home, 0, "undo", "last", "--yes", NULL);
  assert_sql (home, "1", "select count(*) from weir.delivery_touched");
  assert_weir (home, 0, "gc", NULL);
  assert_sql (home, "1", "select count(*) from weir.delivery_touched");
  assert_weir (home, 0, "push", "people", "--drop", NULL);
  assert_sql (home, "0", "select count(*) from weir.delivery_touched");
  sql_run_text (home, "insert into weir.delivery_touched (table_name, run_id, id) select 'people', run_id, gen_random_uuid() from "
                      "weir.delivery limit 1");
  assert_weir (home, 0, "gc", NULL);
  assert_sql (home, "0", "select count(*) from weir.delivery_touched");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_upsert, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_gone, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_undo_by_own_key, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_append, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_late, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_columns, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_values, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_swap, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_swap_counted, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_odd_key, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_contract, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_partitions, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_several, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_share, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_singer, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_forget_and_rotate, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_redshift, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_pulled, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_other_place, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_gone_table, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_given_up, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_away_for_long, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_other_home, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_renamed, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_watch, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
