/* Reading a JSON object member by member: a table says which members there are and what reads each, and every mistake becomes
 * a line such as  $.columns.name.typ: unknown member "typ"; did you mean "type"?  Reading goes on after a mistake, so that all of
 * them are told at once. */
#ifndef WEIR_MODELS_MEMBERS_H
#define WEIR_MODELS_MEMBERS_H

#include "base/json.h"
#include "models/model_load.h"

/* What a reader of a member gets besides the member. */
typedef struct
{
  GPtrArray *problems; /* of char *, one line each */
  const ModelWords *words;
  void *target; /* what the object is read into */
} MemberScope;

/* What a member is kept in. */
typedef enum
{
  MEMBER_OWN,     /* "read" knows */
  MEMBER_TEXT,    /* a char *; never empty */
  MEMBER_TEXTS,   /* a GStrv; at least one text, none twice */
  MEMBER_BOOLEAN, /* a bool */
  MEMBER_WORD,    /* an enumeration, whose values are the places of the words */
} MemberKind;

typedef struct
{
  const char *name; /* the table ends with NULL */
  MemberKind kind;
  size_t at;                /* in the target; of all but MEMBER_OWN */
  const char *const *words; /* of MEMBER_WORD; of MEMBER_OWN: an array of them; ends with NULL */
  void (*read) (const MemberScope *scope, const char *path, Json *value); /* of MEMBER_OWN; NULL: any value, which is left alone */
  bool required;
  bool later;         /* reserved: refused with "not yet supported" */
  const char *schema; /* of MEMBER_OWN without words: what it may be, as the text of a JSON schema; NULL: any value */
} Member;

/* Reads the object at "path" by the table. */
void members_read (const MemberScope *scope, const char *path, Json *object, const Member *members);

/* The JSON schema of such an object, for editors. What one member's value means for another's is not in it. A new reference. */
Json *members_to_schema (const Member *members);

/* Adds: PATH: TEXT. */
void members_problem (const MemberScope *scope, const char *path, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* $.columns and "name" make $.columns.name; a name that is no plain word makes $.columns["E-mail"]. Owned by the caller. */
char *members_path (const char *path, const char *name);

/* Each returns false, after adding a problem, when the value is not of that type; *ret_... is then untouched. Texts are the
 * target's: what was there before is freed. */
bool members_text (const MemberScope *scope, const char *path, const Json *value, char **ret_text);   /* not empty */
bool members_texts (const MemberScope *scope, const char *path, const Json *value, GStrv *ret_texts); /* at least one, none twice */
bool members_word (const MemberScope *scope, const char *path, const Json *value, const char *const *words, unsigned *ret_index);

/* Adds: PATH: WHAT "word"; did you mean "near"? (or the words there are, where none is near). */
void members_unknown (const MemberScope *scope, const char *path, const char *what, const char *word, const char *const *words);

/* Sets the error that a model with these problems ends with: a count, then each in the detail. "shown" is its file. Returns false.
 */
bool members_refuse (const char *shown, GPtrArray *problems, GError **error);

/* The same of what is no model: "what" it is called, and the page of docs/ that describes its members. */
bool members_refuse_other (const char *what, const char *shown, const char *page, GPtrArray *problems, GError **error);

#endif
