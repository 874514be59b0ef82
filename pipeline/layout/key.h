/* Business keys to UUIDs. Pure but for the secret it is given.
 *
 * A key is known by its values: 1.50 and 1,5 are one key where the column holds numbers. What is normalised and hashed of a cell is
 * therefore the one text of its value (Type.write), for text the cell itself. Ids are kept in the warehouse: never change this.
 *
 * The key text of one column is the normalised text; of several it is their netstrings one after the other ("1:a,2:bc,", D. J.
 * Bernstein, 1997), so ("a","bc") never meets ("ab","c"). hmac-sha256: the first 16 bytes of HMAC-SHA-256 (secret, key text) as RFC
 * 9562 version 8. uuid5: RFC 9562 version 5 in the model's namespace. md5: the digest as it is, PostgreSQL's md5 (x)::uuid. */
#ifndef WEIR_PIPELINE_LAYOUT_KEY_H
#define WEIR_PIPELINE_LAYOUT_KEY_H

#include "base/uid.h"
#include "models/model.h"
#include "pipeline/types/types.h"

typedef struct KeyMaker KeyMaker;

/* A maker for the keys of "model" (a dimension's or keyed fact's own, or a referenced dimension's). The secret is needed for
 * hmac-sha256 only (else NULL, 0); making hmac-sha256 keys without one is a programming error. Borrows nothing. */
KeyMaker *key_maker_new (const Model *model, const void *secret, size_t secret_length);
void key_maker_free (KeyMaker *maker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyMaker, key_maker_free)

typedef struct
{
  const char *text;
  size_t length;
  bool null;
} KeyPart;

/* What a column of a key holds. */
typedef struct
{
  const Type *type;   /* NULL: no load has settled it */
  const char *format; /* NULL: the type's own */
} KeyType;

/* Replaces the part by the one text of its value, which is written to "out" and borrowed from there, as is *ret_value. False, and
 * nothing is replaced: the part is NULL or not of the type, written in that format (blanks around it apart, where the maker trims); or
 * the type is known by its spelling, or by nobody (NULL). */
bool key_canonical (const KeyMaker *maker, const Type *type, const CellFormat *format, KeyPart *part, GString *out,
                    Value *ret_value);

/* Normalises the parts (UTF-8) and makes the id. Lower case is by character, as PostgreSQL's lower (x), whatever the locale.
 * *ret_normalized (may be NULL) gets as many parts, borrowed from the maker until its next call. Returns false when a part is NULL
 * or empty after normalisation; *ret_empty_part is then its index. */
bool key_make (KeyMaker *maker, const KeyPart *parts, size_t count, Uid *ret_id, const KeyPart **ret_normalized,
               size_t *ret_empty_part);

/* The text that the id was made of which key_make made last, where it made one. Borrowed until its next call. */
void key_text (KeyMaker *maker, const char **ret_text, size_t *ret_length);

/* Whether nothing is left of a part once it is normalised. */
bool key_part_is_empty (KeyMaker *maker, const KeyPart *part);

/* A name for the secret that gives nothing away: 16 hexadecimal digits of HMAC-SHA-256 (secret, "weir key secret"). Owned by the
 * caller. */
char *key_fingerprint (const void *secret, size_t length);

#endif
