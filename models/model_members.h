/* The members of a model: one table, and what reads each into a Model (the scope's target). */
#ifndef WEIR_MODELS_MODEL_MEMBERS_H
#define WEIR_MODELS_MODEL_MEMBERS_H

#include "models/members.h"

extern const Member model_members[];

/* "columns" and "references"; in model_columns.c. */
void model_read_columns (const MemberScope *scope, const char *path, Json *value);
void model_read_references (const MemberScope *scope, const char *path, Json *value);

/* "dialect"; in model_dialect.c. */
void model_read_dialect (const MemberScope *scope, const char *path, Json *value);

/* "effective"; and what its words ask of the rest of a model. In model_effective.c. */
void model_read_effective (const MemberScope *scope, const char *path, Json *value);
void model_check_effective (const Model *model, const Json *root, const MemberScope *scope);

/* "absent", "deleted" and "guard"; and what they ask of the rest of a model. In model_absent.c. */
void model_read_absent (const MemberScope *scope, const char *path, Json *value);
void model_read_deleted (const MemberScope *scope, const char *path, Json *value);
void model_read_guard (const MemberScope *scope, const char *path, Json *value);
void model_check_absent (const Model *model, const Json *root, const MemberScope *scope);

/* "expect"; and what its words ask of each other and of the time zones that there are. In model_expect.c. */
void model_read_expect (const MemberScope *scope, const char *path, Json *value);
void model_check_expect (const Model *model, const Json *root, const MemberScope *scope);

/* "names" and "scd", the latter of a column too; then what a model and its columns say of history becomes one (Model.history), and
 * whether that can be. In model_history.c. */
void model_read_names (const MemberScope *scope, const char *path, Json *value);
void model_read_scd (const MemberScope *scope, const char *path, Json *value);
bool model_read_type (const MemberScope *scope, const char *path, Json *value, Scd *ret_scd);
void model_settle_history (Model *model, const Json *root, const MemberScope *scope);

/* An array of texts, which may be empty; replaces *ret_nulls. */
void model_read_nulls (const MemberScope *scope, const char *path, Json *value, GStrv *ret_nulls);

/* The type that the model declares of a column which has to be a time, where it is none. NULL: it is, or files have yet to say. */
const char *model_find_other_type (const Model *model, const char *name);

/* What references say of the version that they mean ("as_of"). */
void model_check_as_of (const Model *model, const MemberScope *scope);

#endif
