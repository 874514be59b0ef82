/* Two dimensions and a fact: one of the dimensions has its first version already, so that a file closes and opens versions; the other and
 * the fact are new, so that their tables are made. Each file has something of all that becomes of a row. */
#include "arrivals.h"
#include "trial.h"

#define REJECTS "\"rejects\": {\"max_percent\": 60}"

static const char people_model[] = "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"],"
                                   " \"id\": {\"column\": \"person_id\"}, " REJECTS "}";
static const char goods_model[] = "{\"table\": \"goods\", \"kind\": \"dimension\", \"business_key\": [\"code\"], " REJECTS "}";
static const char sales_model[] =
    "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale\"], \"references\": [{\"dimension\": \"people\","
    " \"columns\": [\"email\"], \"as\": \"person_id\", \"missing\": \"reject\"}], " REJECTS "}";

static const char people_before[] = "email,name,points\na@x.org,Ann,1\nb@x.org,Bob,2\nc@x.org,Cyd,3\n";

const char *const nominal_names[] = { "people.csv", "goods.csv", "sales.csv" };

static const char *const texts[NOMINAL_FILES] = {
  "email,name,points\na@x.org,Anna,1\nb@x.org,Bob,2\n,Nobody,4\nd@x.org,Dan,5\nd@x.org,Dan,6\n",
  "code,title,price\nG1,Pen,1.50\nG2,Ink,3.00\n,\"Paper, white\",4.00\n",
  "sale,email,amount\nS1,a@x.org,9.50\nS2,d@x.org,1.00\nS3,nobody@x.org,1.00\n",
};

/* What the warehouse holds, without ids and times. */
static const char content_sql[] =
    "select concat_ws(',', email, name, points, version_number, is_current) from warehouse.people"
    " union all select concat_ws(',', code, title, price, version_number, is_current) from warehouse.goods"
    " union all select concat_ws(',', sale, p.name, amount) from warehouse.sales s"
    " left join warehouse.people_current p on p.person_id = s.person_id order by 1";

static const char content[] = "G1,Pen,1.50,1,t\nG2,Ink,3.00,1,t\nS1,Anna,9.50\nS2,Dan,1.00\n"
                              "a@x.org,Ann,1,1,f\na@x.org,Anna,1,2,t\nb@x.org,Bob,2,1,t\nc@x.org,Cyd,3,1,t\nd@x.org,Dan,6,1,t";

Home *
nominal_prepare (Cluster *cluster)
{
  Home *home = home_new (cluster);
  home_configure (home, NOMINAL_SETTINGS);
  home_write_model (home, "people", people_model);
  home_write_model (home, "goods", goods_model);
  home_write_model (home, "sales", sales_model);
  g_autoptr (Json) loaded = load_text (home, "people-0.csv", people_before, NULL);
  assert_json (loaded, "status", "applied");
  g_clear_pointer (&home->db, db_free);
  return home;
}

/* Folders and files, with their modes: the key secret is nobody else's. */
static void
copy_home (const Home *from, const Home *to)
{
  g_autofree char *all = g_strconcat (from->path, "/.", NULL);
  const char *argv[] = { "/bin/cp", "-a", all, to->path, NULL };
  assert_int_equal (process_wait (process_start (&(ProcessSetup) { .folder = "/" }, argv)), 0);
}

void
nominal_make (Trial *trial)
{
  const Home *begin = trial->begin;
  trial->cluster->template = begin->database;
  trial->home = home_new (trial->cluster);
  trial->cluster->template = NULL;
}

void
nominal_fill (Trial *trial)
{
  const Home *begin = trial->begin;
  copy_home (begin, trial->home);
  home_configure (trial->home, NOMINAL_SETTINGS);
  for (guint i = 0; i < begin->dropped->len; i++)
    g_ptr_array_add (trial->home->dropped, g_strdup (begin->dropped->pdata[i]));
  for (int i = 0; i < NOMINAL_FILES; i++)
    arrive (trial->home, ARRIVE_COPIED, nominal_names[i], texts[i], NULL);
}

void
nominal_home (Trial *trial)
{
  nominal_make (trial);
  nominal_fill (trial);
}

void
nominal_check (Trial *trial)
{
  int64_t applied = sql_number (trial->home, "select count(*) from weir.file where state = 'applied'");
  if (applied != 1 + NOMINAL_FILES)
    trial_violation (trial, "%d files were applied instead of %d", (int) applied, 1 + NOMINAL_FILES);
  if (applied < 1 + NOMINAL_FILES) /* tables are missing */
    return;
  g_autofree char *found = sql_text_rows (trial->home, "%s", content_sql);
  if (!g_str_equal (found, content))
    trial_violation (trial, "the warehouse holds\n%s\ninstead of\n%s", found, content);
}
