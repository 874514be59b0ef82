/* A stream of steps (docs/steps.md): extracts become staging tables, transforms are queries over these, deliveries bring results to connections. One run is
 * one execution of the ledger, with a step each; all of it is a pull of the job (src/pull/pull.h), with that one's lock and incident.
 *
 *   1  what the last run left: one that died on the same day, and of which nothing has changed since, goes on where it was, under its id; else a new one begins
 *   2  step by step: begun in the ledger, done, ended there. An extract or a transform that fails ends the run; a delivery that fails does not stop the others
 *
 * A run that goes on leaves alone what is COMPLETED. A crash between a step's work and its end in the ledger has that step done once more: staging tables are
 * replaced whole, and deliveries go out under the same mark. */
#ifndef WEIR_SRC_STEPS_STEPS_H
#define WEIR_SRC_STEPS_STEPS_H

#include "src/pull/pull.h"

typedef struct
{
  const PullOptions *pull; /* "full": a new run, whatever the last one left */
  bool resume;             /* go on with the last run, which failed or died */
  bool dry_run;            /* no deliveries */
  void (*ended) (const char *job, const Json *step,
                 void *data); /* an element of "steps" or "deliveries" of the summary; may be NULL */
  void *data;
} StepsOptions;

/* *ret_summary: what came of it, as docs/json.md has it, also with an error; NULL: no run was begun. A new reference. *ret_rejects: rows of extracts were
 * rejected. Errors: those of pull_around; of the first step that failed, and of deliveries when all were tried. */
bool steps_run (const StepsOptions *options, const Job *job, Json **ret_summary, bool *ret_rejects, ConnectedHow *ret_how,
                GError **error);

/* What an extract would ask of its connection now, for `weir check`; results of other steps, which are not there, are empty lists. A new reference. Errors:
 * those of job_resolve. */
Json *steps_from (const Settings *settings, const Job *job, const JobStep *step, GError **error);

#endif
