/* What `weir init` does, for whoever makes a home on the way to something else. */
#ifndef WEIR_SRC_COMMANDS_INIT_HOME_H
#define WEIR_SRC_COMMANDS_INIT_HOME_H

#include "src/commands/command.h"

/* What was made: told as it happens to a person, at the end to a program. */
typedef struct
{
  bool quiet;
  Json *made; /* array of text; the caller's */
} InitReport;

/* Makes what is missing of the home that the call's settings name: folders, weir.json, the schema of models, ledger, schemas, key secret.
 * call->settings are those of the home then, also where it fails behind them. */
bool init_home (Call *call, InitReport *report, GError **error);

#endif
