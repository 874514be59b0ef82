/* Scenarios: files, and the versions that they leave behind. Many are played in one home, each with a table of its own, and the n-th files
 * of all of them by one weir, so that a scenario costs little. */
#ifndef WEIR_TESTS_SUPPORT_SCENARIO_H
#define WEIR_TESTS_SUPPORT_SCENARIO_H

#include "weir.h"

#define SCENARIO_FILES 6

typedef struct
{
  const char *date;  /* in the file's name: "2026-01-02", "2026-01-02T0930"; NULL: it has none */
  const char *text;  /* NULL: there is no such file, and the scenario has ended */
  const char *end;   /* "applied", which NULL is, "applied, 2 rejected", or the error's code */
  const char *model; /* another one from this file on, as Scenario.model */
} ScenarioFile;

typedef struct
{
  const char *table; /* what the scenario shows */
  const char *of;    /* whose test suites have it */
  const char *model; /* the members behind "table" and "kind" */
  ScenarioFile files[SCENARIO_FILES];
  const char *shows; /* columns of the versions, the key first */
  /* All versions, by key and time: what is shown, from|to|current|number. A time is a date if it is midnight in UTC, "ever", or "now" for the
   * instant of a run. */
  const char *versions;
  const char *names[2]; /* the columns of these times, where the model calls them otherwise */
} Scenario;

/* Plays them all. Fails the test with each that ended otherwise. */
void scenarios_play (Home *home, const Scenario *scenarios, int n_scenarios);

/* Members of models. */
#define KEY(column) "\"business_key\": [\"" column "\"]"
#define DATED ", \"effective\": \"file_name\""
#define SINCE(column) ", \"effective\": {\"column\": \"" column "\"}"
#define REJECTS_OK ", \"rejects\": {\"max_percent\": 100}"

#endif
