/* generate: the example data, and files of the same shape in any size.
 *
 *   generate --rows 1000000 --transactions 0 --out /tmp/big     /tmp/big/users.csv, a first file
 *   generate --updates --rows 1000000 --out /tmp/next           the file that would follow it
 *   generate --all --out example_data                           inserts/, updates/ and expected.json as they are here
 *   generate --accounts 1000000 --clean --changed 100 --added 0 --updates --out /tmp/next      as scripts/bench does
 *
 * The same seed and numbers give the same bytes everywhere. A row is a function of the seed and its number, so memory does not grow
 * with the file. Every second file is a later export of the same system: some rows changed, some new, some gone, most as before.
 *
 * Bad rows and duplicates are there on purpose and counted exactly: expected.json says what each load must report. The last line of
 * a business key is always the true one; the lines before it are out of date, or written in other case. */
#include "names.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* SplitMix64: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014. */
typedef struct
{
  guint64 state;
} Random;

static guint64
random_next (Random *random)
{
  guint64 z = random->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* 0 to n - 1, for n up to 2^32. */
static guint64
random_below (Random *random, guint64 n)
{
  return ((random_next (random) >> 32) * n) >> 32;
}

/* What is drawn; each has numbers of its own, so that one more draw here moves nothing there. */
typedef enum
{
  DRAW_PERSON = 1,
  DRAW_PERSON_CHANGE,
  DRAW_SALE,
  DRAW_SALE_CHANGE,
  DRAW_ROWS,
  DRAW_ACCOUNT,
  DRAW_ACCOUNT_CHANGE,
} Draw;

static Random
random_for (guint64 seed, Draw draw, guint64 number)
{
  Random random = { seed };
  random.state = random_next (&random) + (guint64) draw;
  random.state = random_next (&random) + number;
  random.state = random_next (&random);
  return random;
}

/* Picks exactly "wanted" of "left" candidates, one after the other (Knuth, TAOCP 2, 3.4.2, algorithm S). */
typedef struct
{
  Random random;
  guint64 left, wanted;
} Sampler;

static bool
sampler_next (Sampler *sampler)
{
  bool picked = random_below (&sampler->random, sampler->left--) < sampler->wanted;
  sampler->wanted -= picked;
  return picked;
}

/* One file: how many rows of each sort. Entities are numbered from 0 over both files. */
typedef struct
{
  guint64 read, bad, duplicate;
  guint64 before; /* entities that the file before had */
  guint64 changed, unchanged, added;
} Plan;

static Plan
plan_inserts (guint64 rows, bool clean)
{
  Plan plan = { .read = rows, .bad = clean ? 0 : rows * 12 / 10000, .duplicate = clean ? 0 : rows * 28 / 10000 };
  plan.added = rows - plan.bad - plan.duplicate;
  return plan;
}

/* As many entities leave the export as come new. */
static Plan
plan_updates (guint64 rows, guint64 changed_per_10000, guint64 added_per_10000, bool clean)
{
  Plan plan = plan_inserts (rows, clean);
  plan.before = plan.added;
  plan.changed = rows * changed_per_10000 / 10000;
  plan.added = rows * added_per_10000 / 10000;
  plan.unchanged = plan.before - plan.changed - plan.added;
  return plan;
}

/* The numbers everything follows from. */
typedef struct
{
  guint64 seed;
  Plan users, sales, accounts;
} Source;

typedef struct
{
  const Name *first, *last;
  const Name *mail_first, *mail_last; /* the address stays when the name changes */
  guint style;
  gint born; /* days since 1940-01-01, -1: not known */
} Person;

static Person
person_make (guint64 seed, guint64 number, bool changed)
{
  Random random = random_for (seed, DRAW_PERSON, number);
  Person person = {
    .first = &first_names[random_below (&random, G_N_ELEMENTS (first_names))],
    .last = &last_names[random_below (&random, G_N_ELEMENTS (last_names))],
    .style = random_below (&random, 100),
    .born = random_below (&random, 100) == 0 ? -1 : (gint) random_below (&random, 24800),
  };
  person.mail_first = person.first;
  person.mail_last = person.last;
  if (!changed)
    return person;

  random = random_for (seed, DRAW_PERSON_CHANGE, number);
  guint64 what = random_below (&random, 10);
  if (what == 0)
    person.born = person.born < 0 ? 12000 : -1;
  else if (what < 4)
    person.born += 1 + (gint) random_below (&random, 27);
  else
    person.last = &last_names[(person.last - last_names + 1 + random_below (&random, G_N_ELEMENTS (last_names) - 1))
                              % G_N_ELEMENTS (last_names)];
  return person;
}

static void
append_cell (GString *out, const char *text)
{
  if (strpbrk (text, ",\"\n") == NULL)
    {
      g_string_append (out, text);
      return;
    }
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

static void
append_name (GString *out, const Person *person)
{
  char name[128];
  if (person->style == 0)
    g_snprintf (name, sizeof name, "%s, %s", person->last->text, person->first->text);
  else if (person->style == 1)
    g_snprintf (name, sizeof name, "%s \"%c.\" %s", person->first->text, g_ascii_toupper (person->mail_first->slug[0]),
                person->last->text);
  else
    g_snprintf (name, sizeof name, "%s %s", person->first->text, person->last->text);
  append_cell (out, name);
}

/* The number keeps addresses apart. Domains are those of RFC 2606. */
static void
append_email (GString *out, const Person *person, guint64 number)
{
  static const char *const domains[] = { "example.com", "example.net", "example.org" };
  g_string_append_c (out, person->mail_first->slug[0]);
  g_string_append (out, person->mail_last->slug);
  g_string_append_printf (out, "%" G_GUINT64_FORMAT "@%s", number + 1, domains[number % G_N_ELEMENTS (domains)]);
}

static void
append_day (GString *out, GDateYear from_year, guint64 days, const char *format)
{
  GDate date;
  char text[16];
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, 1, G_DATE_JANUARY, from_year);
  g_date_add_days (&date, (guint) days);
  if (g_str_equal (format, "DD/MM/YYYY"))
    g_snprintf (text, sizeof text, "%02d/%02d/%04d", g_date_get_day (&date), g_date_get_month (&date), g_date_get_year (&date));
  else
    g_snprintf (text, sizeof text, "%04d-%02d-%02d", g_date_get_year (&date), g_date_get_month (&date), g_date_get_day (&date));
  g_string_append (out, text);
}

/* stale: 0 the row as it is; else one of the lines that a later line of the same key replaces. */
static void
append_user (GString *out, const Source *source, guint64 number, bool changed, guint64 stale)
{
  Person person = person_make (source->seed, number, changed);
  if (stale % 3 == 2)
    person.first = &first_names[(person.first - first_names + 1) % G_N_ELEMENTS (first_names)];
  append_name (out, &person);
  g_string_append_c (out, ',');
  gsize start = out->len;
  append_email (out, &person, number);
  if (stale % 3 == 1)
    for (gsize i = start; i < out->len; i++)
      out->str[i] = g_ascii_toupper (out->str[i]);
  g_string_append_c (out, ',');
  if (person.born >= 0)
    append_day (out, 1940, (guint64) person.born, "DD/MM/YYYY");
}

static void
append_sale (GString *out, const Source *source, guint64 number, bool changed, guint64 stale)
{
  Random random = random_for (source->seed, DRAW_SALE, number);
  bool is_new = source->sales.before > 0 && number >= source->sales.before;
  guint64 known = source->users.before > 0 ? source->users.before : source->users.added;
  guint64 buyer = random_below (&random, is_new ? known + source->users.added : known);
  guint64 root = random_below (&random, 320);
  guint64 cents = 99 + root * root + random_below (&random, 100);
  bool refund = random_below (&random, 50) == 0;
  if (changed)
    {
      random = random_for (source->seed, DRAW_SALE_CHANGE, number);
      cents += 1 + random_below (&random, 5000);
    }
  if (stale % 2 == 1)
    cents += 100;
  Person person = person_make (source->seed, buyer, false);
  g_string_append_printf (out, "T%" G_GUINT64_FORMAT ",", number + 1);
  append_email (out, &person, buyer);
  g_string_append_printf (out, ",%s%" G_GUINT64_FORMAT ".%02u,", refund ? "-" : "", cents / 100, (guint) (cents % 100));
  guint64 span = source->sales.before > 0 ? source->sales.before : source->sales.added;
  append_day (out, 2025, is_new ? 365 + random_below (&random, 30) : number * 365 / span, "YYYY-MM-DD");
}

/* A column of each common type; what changes is the balance, and when it was seen. */
static void
append_account (GString *out, const Source *source, guint64 number, bool changed, guint64 stale)
{
  static const char *const countries[] = { "Argentina", "Brazil", "Denmark",      "Germany", "India",
                                           "Japan",     "Kenya",  "South Africa", "Türkiye" };
  Person person = person_make (source->seed, number, false);
  append_email (out, &person, number);
  g_string_append_c (out, ',');
  append_name (out, &person);
  g_string_append_c (out, ',');
  append_day (out, 1940, (guint64) MAX (person.born, 0), "YYYY-MM-DD");
  Random random = random_for (source->seed, changed ? DRAW_ACCOUNT_CHANGE : DRAW_ACCOUNT, number);
  g_string_append_printf (out, ",%s,", countries[number % G_N_ELEMENTS (countries)]);
  g_string_append_printf (out, "%u.%02u,", (guint) random_below (&random, 100000),
                          (guint) ((random_below (&random, 50) * 2 + changed + stale) % 100));
  append_day (out, 2025, random_below (&random, 365), "YYYY-MM-DD");
  g_string_append_printf (out, " %02u:%02u:%02u", (guint) random_below (&random, 24), (guint) random_below (&random, 60),
                          (guint) random_below (&random, 60));
}

/* The rows that must be refused, one form after the other. %s takes a number. */
static const char *const bad_users[] = {
  "Nora No-Mail %s,,14/03/1984",                              /* no key */
  "Noel Feb %s,impossible.date%s@example.com,31/02/1990",     /* no such day */
  ",no.name%s@example.com,02/11/1971",                        /* a required column */
  "Theo Few %s,too.few%s@example.com",                        /* a field is missing */
  "\"Stella\" Stray %s,stray.quote%s@example.com,19/07/1966", /* text after a closing quote */
};

static const char *const bad_sales[] = {
  "X%s,unknown.user%s@example.com,12.00,2025-06-01", /* no such user */
  "X%s,unknown.user%s@example.com,abc,2025-06-02",   /* no number */
  ",unknown.user%s@example.com,8.50,2025-06-03",     /* no key */
  "X%s,unknown.user%s@example.com,3.20,2025-02-30",  /* no such day */
  "X%s,unknown.user%s@example.com",                  /* fields are missing */
};

static const char *const bad_accounts[] = {
  ",No Mail %s,1984-03-14,Kenya,1.00,2025-01-01 00:00:00",                        /* no key */
  "no.day%s@example.com,Noel Feb %s,1990-02-31,Kenya,1.00,2025-01-01 00:00:00",   /* no such day */
  "no.number%s@example.com,Ann Nan %s,1990-02-11,Kenya,much,2025-01-01 00:00:00", /* no number */
  "no.time%s@example.com,Tim Eless %s,1990-02-11,Kenya,1.00,2025-01-01 25:00:00", /* no such hour */
};

typedef struct
{
  const char *name, *header;
  bool dimension;
  void (*append) (GString *out, const Source *source, guint64 number, bool changed, guint64 stale);
  const char *const *bad;
  gsize n_bad;
} Table;

static const Table users_table = { "users", "name,email,date_of_birth", true, append_user, bad_users, G_N_ELEMENTS (bad_users) };
static const Table sales_table = { "transactions", "transaction_id,email,amount,transaction_date",
                                   false,          append_sale,
                                   bad_sales,      G_N_ELEMENTS (bad_sales) };

static const Table accounts_table = { "accounts",   "email,name,date_of_birth,country,balance,seen_at",
                                      true,         append_account,
                                      bad_accounts, G_N_ELEMENTS (bad_accounts) };

/* Rows of the second file have numbers of their own: nothing of theirs meets the first file's. */
static void
append_bad (GString *out, const Table *table, guint64 nth, bool updates)
{
  g_autofree char *number = g_strdup_printf ("%s%" G_GUINT64_FORMAT, updates ? "2" : "1", nth + 1);
  g_auto (GStrv) parts = g_strsplit (table->bad[nth % table->n_bad], "%s", -1);
  g_autofree char *row = g_strjoinv (number, parts);
  g_string_append (out, row);
}

/* Walks over the entities of one file: those that stayed, changed or not, then the new ones. */
typedef struct
{
  const Plan *plan;
  guint64 next;
  Sampler changed, present; /* present: of those that did not change */
} Walk;

typedef struct
{
  guint64 number;
  bool changed;
} Entity;

static bool
walk_next (Walk *walk, Entity *ret_entity)
{
  const Plan *plan = walk->plan;
  for (; walk->next < plan->before; walk->next++)
    {
      bool changed = sampler_next (&walk->changed);
      if (!changed && !sampler_next (&walk->present))
        continue;
      *ret_entity = (Entity) { walk->next++, changed };
      return true;
    }
  if (walk->next >= plan->before + plan->added)
    return false;
  *ret_entity = (Entity) { walk->next++, false };
  return true;
}

/* One file while it is written. An ordinary row is the next entity; before a stale line's true one come up to 60 others. */
typedef struct
{
  const Table *table;
  const Source *source;
  Random random;
  Walk walk;
  Sampler special, bad;
  guint64 n_bad, n_stale, wait;
  Entity waiting;
  bool has_waiting;
} Rows;

static Rows
rows_begin (const Table *table, const Plan *plan, const Source *source)
{
  Random random = random_for (source->seed, DRAW_ROWS, 2 * (guint64) table->dimension + (plan->before > 0));
  Rows rows = { .table = table, .source = source, .walk = { .plan = plan } };
  rows.walk.changed = (Sampler) { { random_next (&random) }, plan->before, plan->changed };
  rows.walk.present = (Sampler) { { random_next (&random) }, plan->before - plan->changed, plan->unchanged };
  /* The last row is an ordinary one: a stale line always has its true one behind it. */
  rows.special = (Sampler) { { random_next (&random) }, plan->read - 1, plan->bad + plan->duplicate };
  rows.bad = (Sampler) { { random_next (&random) }, plan->bad + plan->duplicate, plan->bad };
  rows.random = random;
  return rows;
}

static void
append_stale (Rows *rows, GString *out)
{
  if (!rows->has_waiting)
    {
      rows->has_waiting = walk_next (&rows->walk, &rows->waiting);
      rows->wait = 1 + random_below (&rows->random, 60);
    }
  rows->table->append (out, rows->source, rows->waiting.number, rows->waiting.changed, ++rows->n_stale);
}

static void
append_ordinary (Rows *rows, GString *out)
{
  Entity entity;
  if ((rows->has_waiting && rows->wait-- == 0) || !walk_next (&rows->walk, &entity))
    {
      entity = rows->waiting;
      rows->has_waiting = false;
    }
  rows->table->append (out, rows->source, entity.number, entity.changed, 0);
}

static void
write_rows (FILE *file, const Table *table, const Plan *plan, const Source *source)
{
  Rows rows = rows_begin (table, plan, source);
  g_autoptr (GString) out = g_string_sized_new (80 * 1024);
  g_string_append_printf (out, "%s\n", table->header);
  for (guint64 left = plan->read; left > 0; left--)
    {
      if (left == 1 || !sampler_next (&rows.special))
        append_ordinary (&rows, out);
      else if (sampler_next (&rows.bad))
        append_bad (out, table, rows.n_bad++, plan->before > 0);
      else
        append_stale (&rows, out);
      g_string_append_c (out, '\n');
      if (out->len >= 64 * 1024)
        {
          fwrite (out->str, 1, out->len, file);
          g_string_truncate (out, 0);
        }
    }
  fwrite (out->str, 1, out->len, file);
}

static bool
write_table (const char *folder, const Table *table, const Plan *plan, const Source *source)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.csv", folder, table->name);
  if (g_mkdir_with_parents (folder, 0777) != 0)
    return g_printerr ("generate: could not create folder \"%s\": %s\n", folder, g_strerror (errno)), false;
  FILE *file = fopen (path, "w");
  if (file == NULL)
    return g_printerr ("generate: could not create \"%s\": %s\n", path, g_strerror (errno)), false;
  write_rows (file, table, plan, source);
  bool failed = ferror (file) != 0;
  if (fclose (file) != 0 || failed)
    return g_printerr ("generate: could not write \"%s\": %s\n", path, g_strerror (errno)), false;
  return true;
}

/* One load as `weir load --json` reports it, less what differs from run to run. */
static void
append_expected (GString *json, const char *folder, const Table *table, const Plan *plan)
{
  g_string_append_printf (json, "%s    {\"file\": \"%s%s%s.csv\", \"table\": \"%s\", \"status\": \"applied\",\n     \"rows\": {",
                          json->len > 0 ? ",\n" : "", folder, *folder != '\0' ? "/" : "", table->name, table->name);
  const struct
  {
    const char *name;
    guint64 count;
  } counts[] = {
    { "read", plan->read },
    { "rejected", plan->bad },
    { "repaired", 0 },
    { "duplicate", plan->duplicate },
    { "unchanged", plan->unchanged },
    { "inserted", plan->added },
    { "updated", plan->changed },
    { "deactivated", table->dimension ? plan->changed : 0 },
    { "staged", plan->read - plan->bad - plan->duplicate },
    { "waiting", 0 },
    { "late", 0 },
    { "corrected", 0 },
    { "deleted", 0 },
    { "absent", 0 },
    { "forgotten", 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    g_string_append_printf (json, "%s\"%s\": %" G_GUINT64_FORMAT, i > 0 ? ", " : "", counts[i].name, counts[i].count);
  g_string_append (json, "}}");
}

static bool
write_expected (const char *folder, const GString *loads, guint64 seed)
{
  g_autofree char *path = g_strdup_printf ("%s/expected.json", folder);
  g_autofree char *text = g_strdup_printf ("{\n  \"seed\": %" G_GUINT64_FORMAT ",\n  \"loads\": [\n%s\n  ]\n}\n", seed, loads->str);
  g_autoptr (GError) error = NULL;
  if (!g_file_set_contents (path, text, -1, &error))
    return g_printerr ("generate: %s\n", error->message), false;
  return true;
}

/* What is asked for. Of 10,000 rows in the next export, how many changed and how many came new; -1: as is usual with the table. */
typedef struct
{
  gint64 rows, sales, accounts, seed, changed, added;
  gboolean clean;
} Wish;

static Plan
plan_table (const Wish *wish, gint64 rows, guint64 usually_changed, bool updates)
{
  if (!updates)
    return plan_inserts ((guint64) rows, wish->clean);
  return plan_updates ((guint64) rows, wish->changed < 0 ? usually_changed : (guint64) wish->changed,
                       wish->added < 0 ? 250 : (guint64) wish->added, wish->clean);
}

static bool
write_some (const char *folder, const char *sub, const Table *table, const Plan *plan, const Source *source, GString *loads)
{
  if (plan->read == 0)
    return true;
  append_expected (loads, sub, table, plan);
  return write_table (folder, table, plan, source);
}

/* All tables of one export into out/sub. */
static bool
write_export (const char *out, const char *sub, const Wish *wish, bool updates, GString *loads)
{
  Source source = {
    (guint64) wish->seed,
    plan_table (wish, wish->rows, 200, updates),
    plan_table (wish, wish->sales, 50, updates),
    plan_table (wish, wish->accounts, 100, updates),
  };
  g_autofree char *folder = g_build_filename (out, sub, NULL);
  return write_some (folder, sub, &users_table, &source.users, &source, loads)
         && write_some (folder, sub, &sales_table, &source.sales, &source, loads)
         && write_some (folder, sub, &accounts_table, &source.accounts, &source, loads);
}

int
main (int argc, char **argv)
{
  Wish wish = { .seed = 20261120, .rows = 10000, .sales = 20000, .changed = -1, .added = -1 };
  gboolean updates = FALSE, all = FALSE;
  g_autofree char *out = NULL;
  const GOptionEntry entries[] = {
    { "rows", 0, 0, G_OPTION_ARG_INT64, &wish.rows, "Rows of users.csv (10000); 0: no such file", "N" },
    { "transactions", 0, 0, G_OPTION_ARG_INT64, &wish.sales, "Rows of transactions.csv (20000); 0: no such file", "N" },
    { "accounts", 0, 0, G_OPTION_ARG_INT64, &wish.accounts, "Rows of accounts.csv, of six columns (0: no such file)", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &wish.seed, "Another seed gives other people", "N" },
    { "updates", 0, 0, G_OPTION_ARG_NONE, &updates, "The export that follows the one of the same numbers", NULL },
    { "changed", 0, 0, G_OPTION_ARG_INT64, &wish.changed, "Rows in 10,000 that changed in it", "N" },
    { "added", 0, 0, G_OPTION_ARG_INT64, &wish.added, "Rows in 10,000 that are new in it; as many are gone", "N" },
    { "all", 0, 0, G_OPTION_ARG_NONE, &all, "Both, in inserts/ and updates/", NULL },
    { "clean", 0, 0, G_OPTION_ARG_NONE, &wish.clean, "No bad rows, no duplicates", NULL },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "Where to write (the current folder)", "DIR" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- make users.csv, transactions.csv, accounts.csv and expected.json");
  g_autoptr (GError) error = NULL;
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return g_printerr ("generate: %s\n", error->message), 2;
  if (argc > 1 || wish.rows < 0 || wish.sales < 0 || wish.accounts < 0
      || MAX (MAX (wish.rows, wish.sales), wish.accounts) > G_MAXUINT32 || (wish.sales > 0 && wish.rows == 0)
      || MAX (wish.changed, 0) + MAX (wish.added, 0) > 10000)
    return g_printerr ("generate: rows go from 0 to %u, transactions need users; see generate --help\n", G_MAXUINT32), 2;

  const char *folder = out != NULL ? out : ".";
  g_autoptr (GString) loads = g_string_new (NULL);
  bool done = (!all && updates) || write_export (folder, all ? "inserts" : "", &wish, false, loads);
  if (done && (all || updates))
    done = write_export (folder, all ? "updates" : "", &wish, true, loads);
  return done && write_expected (folder, loads, (guint64) wish.seed) ? 0 : 1;
}
