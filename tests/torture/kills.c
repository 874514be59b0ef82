/* Kills at random times, while files keep coming by all ways. What is dropped, how, and what is killed follows from the seed; where weir
 * is at that moment, does not. */
#include "torture.h"

#include "arrivals.h"

#include <signal.h>

#define KILLS 20 /* of a trial */
#define PEOPLE 60
#define PAUSE_US 60000 /* between two steps at most */

static const char people_model[] = "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"],"
                                   " \"id\": {\"column\": \"person_id\"}}";
static const char others_model[] = "{\"table\": \"others\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}";
static const char sales_model[] =
    "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale\"],"
    " \"references\": [{\"dimension\": \"people\", \"columns\": [\"email\"], \"as\": \"person_id\"}]}";

/* What happens in one trial. */
typedef struct
{
  Trial *trial;
  Background *watches[2];
  int supervisors;
  int drops;           /* so far; a file's number, and the value of its rows */
  int last;            /* the number in the last name of people */
  int last_value;      /* the number of the last file of people */
  bool spent;          /* a worker of this supervisor was killed: a second time may refuse the file, by right */
  GPtrArray *replaced; /* of SHA-256 */
} Kills;

/* ---- files ---- */

/* Everybody of the table, with the file's number. */
static char *
text_of_people (int number)
{
  GString *text = g_string_new ("email,value\n");
  for (int i = 0; i < PEOPLE; i++)
    g_string_append_printf (text, "p%02d@x.org,%d\n", i, number);
  return g_string_free (text, false);
}

/* In the order of their times; a name may be that of the file before. */
static void
drop_people (Kills *kills)
{
  Arrival how = (Arrival) g_rand_int_range (kills->trial->choices, 0, N_ARRIVE_NOW);
  bool again = how == ARRIVE_OVER || how == ARRIVE_REWRITTEN;
  g_autofree char *name = g_strdup_printf ("people_%04d.csv", again ? kills->last : kills->drops);
  g_autofree char *text = text_of_people (kills->drops);
  arrive (kills->trial->home, how, name, text, kills->replaced);
  if (!again)
    kills->last = kills->drops;
  kills->last_value = kills->drops;
}

static void
drop_others (Kills *kills)
{
  Arrival how = (Arrival) g_rand_int_range (kills->trial->choices, 0, N_ARRIVE);
  g_autofree char *name = g_strdup_printf ("others_%04d.csv", kills->drops);
  g_autofree char *text = text_of_people (kills->drops);
  arrive (kills->trial->home, how, name, text, kills->replaced);
}

static void
drop_sales (Kills *kills)
{
  g_autofree char *name = g_strdup_printf ("sales_%04d.csv", kills->drops);
  g_autofree char *text =
      g_strdup_printf ("sale,email,amount\nS%d,p00@x.org,%d\nS0,p01@x.org,%d\n", kills->drops, kills->drops, kills->drops);
  arrive (kills->trial->home, ARRIVE_MOVED, name, text, kills->replaced);
}

static void
drop (Kills *kills)
{
  kills->drops++;
  int which = g_rand_int_range (kills->trial->choices, 0, 8);
  if (which == 0)
    drop_sales (kills);
  else if (which <= 2)
    drop_others (kills);
  else
    drop_people (kills);
}

/* ---- kills ---- */

static void
start_missing (Kills *kills)
{
  for (int i = 0; i < kills->supervisors; i++)
    if (kills->watches[i] == NULL)
      {
        kills->watches[i] = spawn_weir (kills->trial->home, "watch", NULL);
        kills->spent = false;
      }
}

static void
forget (Kills *kills, int i)
{
  g_autofree char *said = kills->watches[i] != NULL ? background_text (kills->watches[i]) : NULL;
  g_string_append_printf (kills->trial->home->transcript, "%s(killed)\n", said != NULL ? said : "");
  g_clear_pointer (&kills->watches[i], background_free); /* SIGKILL */
}

/* As by a power cut: supervisors, workers and all. */
static void
kill_all (Kills *kills)
{
  process_kill_all (kills->trial->home->path);
  for (int i = 0; i < kills->supervisors; i++)
    forget (kills, i);
}

static bool
kill_worker (Kills *kills)
{
  pid_t worker = kills->spent ? 0 : process_find (kills->trial->home->path, "--worker");
  kills->spent = kills->spent || worker != 0;
  return worker != 0 && kill (worker, SIGKILL) == 0;
}

/* Whether somebody was killed. */
static bool
kill_somebody (Kills *kills)
{
  GRand *choices = kills->trial->choices;
  int which = g_rand_int_range (choices, 0, 4);
  if (which == 0)
    return kill_worker (kills);
  if (which == 1)
    forget (kills, g_rand_int_range (choices, 0, kills->supervisors));
  else
    kill_all (kills);
  return true;
}

/* ---- order ---- */

/* The last file's values win, and none is ever followed by an older one. */
static void
check_order (Kills *kills)
{
  Home *home = kills->trial->home;
  g_autofree char *current = sql_text_rows (home,
                                            "select value, count(*) from warehouse.people_current where value <> %d group by 1"
                                            " order by 1",
                                            kills->last_value);
  if (*current != '\0')
    trial_violation (kills->trial, "the last file has %d, and these values are current (rows):\n%s", kills->last_value, current);
  g_autofree char *back = sql_text_rows (
      home, "select distinct earlier, value from (select value, lag(value) over (partition by email order by version_number)"
            " as earlier from warehouse.people) v where value < earlier order by 1 limit 10");
  if (*back != '\0')
    trial_violation (kills->trial, "values are followed by older ones:\n%s", back);
}

/* ---- a trial ---- */

static void
begin (Kills *kills)
{
  GRand *choices = kills->trial->choices;
  bool polls = g_rand_int_range (choices, 0, 4) == 0;
  kills->supervisors = g_rand_int_range (choices, 0, 3) == 0 ? 2 : 1;
  trial_home (kills->trial, polls ? ", \"workers\": 2, \"settle\": 0.3, \"watch\": \"poll\"" : ", \"workers\": 2, \"settle\": 0.3");
  Home *home = kills->trial->home;
  home_write_model (home, "people", people_model);
  home_write_model (home, "others", others_model);
  home_write_model (home, "sales", sales_model);
  g_autofree char *text = text_of_people (0);
  g_autoptr (Json) first = load_text (home, "people_0000.csv", text, NULL);
  assert_json (first, "status", "applied");
  trial_forgo_leaks (kills->trial);
}

static void
drop_and_kill (Kills *kills)
{
  GRand *choices = kills->trial->choices;
  bool overflows = g_rand_int_range (choices, 0, 5) == 0;
  for (int killed = 0; killed < KILLS;)
    {
      start_missing (kills);
      for (int drops = g_rand_int_range (choices, 1, 6); drops > 0; drops--)
        {
          drop (kills);
          g_usleep ((gulong) g_rand_int_range (choices, 0, PAUSE_US));
        }
      if (overflows && killed == KILLS / 2)
        arrivals_overflow (kills->trial->home);
      for (int waits = g_rand_int_range (choices, 0, 8); waits > 0; waits--)
        g_usleep (PAUSE_US);
      if (kill_somebody (kills))
        {
          killed++;
          trial_hit (kills->trial);
        }
    }
  kill_all (kills);
}

static void
run (Trial *trial)
{
  Kills kills = { .trial = trial, .replaced = g_ptr_array_new_with_free_func (g_free) };
  begin (&kills);
  drop_and_kill (&kills);
  trial_finish (trial);
  arrivals_settle (trial->home, kills.replaced);
  check_order (&kills);
  trial_end (trial);
  g_ptr_array_unref (kills.replaced);
}

const Kind kind_kills = {
  .name = "kills",
  .what = "20 kills at random times in each trial, while files arrive by all ways",
  .trials = 50,
  .quick = 1,
  .seconds = 240,
  .run = run,
};
