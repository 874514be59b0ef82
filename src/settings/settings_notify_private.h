/* One target of "notify"; for settings_notify*.c only. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_NOTIFY_PRIVATE_H
#define WEIR_SRC_SETTINGS_SETTINGS_NOTIFY_PRIVATE_H

#include "models/members.h"
#include "src/settings/settings_notify.h"

/* Adds the target of that name to the scope's AlertPlan, whatever is wrong with it. */
void alert_target_read (const MemberScope *scope, const char *path, const char *name, Json *value);

void alert_target_free (void *target);

/* The JSON schema of a target, whatever its type. A new reference. */
Json *alert_target_schema (void);

/* What a target may be called, on the command line too (`weir notify test NAME`): an expression as in a JSON schema. */
#define TARGET_NAME_PATTERN "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"

#endif
