/* What the files of a run of steps share. */
#ifndef WEIR_SRC_STEPS_STEPS_PRIVATE_H
#define WEIR_SRC_STEPS_STEPS_PRIVATE_H

#include "schema/ledger_steps.h"
#include "src/steps/steps.h"

typedef struct
{
  const StepsOptions *options;
  const Job *job;
  const Settings *settings;
  Loader *loader;
  Pulling *pulling;
  Uid run;
  bool tries;    /* nothing runs: there are no results */
  int64_t began; /* of the run, seconds since 1970: what day it is for macros */
  Zone *zone;
  char *checksum; /* of all that the run is made by */
  DbResult *kept; /* steps of the run that goes on (ledger_steps_list); NULL: it is new */
  Json *summary;
  bool rejects;
  ConnectedHow how;
  guint failed; /* deliveries */
} Steps;

/* What came of a step. Owned: outcome_of_step_clear. */
typedef struct
{
  int64_t rows;  /* -1: nobody says */
  char *message; /* NULL: nothing is to be said */
  Json *detail;  /* {"sent": [...], "delivered": [...]}; NULL: none */
} StepOutcome;

/* ---- steps_extract.c, steps_transform.c, steps_deliver.c: the work of a step ---- */

bool steps_extract (Steps *steps, const JobStep *step, StepOutcome *ret, GError **error);
bool steps_transform (Steps *steps, const JobStep *step, StepOutcome *ret, GError **error);
/* before: the detail that the same delivery had when it was tried before; NULL: it was not. */
bool steps_deliver (Steps *steps, const JobStep *step, const Json *before, StepOutcome *ret, GError **error);

/* ---- steps_params.c ---- */

/* A step's parameters, resolved: {"name": {"value": a scalar or a list, "type": a type's name, if one is known}}. A new reference; NULL on error. */
Json *steps_params (Steps *steps, const JobStep *step, GError **error);

/* "from" of an extract with its parameters in their places. A new reference. */
Json *steps_place_from (Steps *steps, const JobStep *step, GError **error);

/* How a query names it: "$2", "$2::bigint[]". Pure; data: the object of steps_params. For placeholders_append. */
char *steps_spell (const char *name, guint number, void *data);

/* "$.steps[2]" in messages. Owned by the caller. */
char *steps_place (const Job *job, const JobStep *step);

/* A file of the home: a query. Owned by the caller. */
char *steps_read_file (const Steps *steps, const char *file, GError **error);

#endif
