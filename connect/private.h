/* What the files of the library share, and no connector sees. */
#ifndef WEIR_CONNECT_PRIVATE_H
#define WEIR_CONNECT_PRIVATE_H

#include "connect/connector.h"

#define SPOOL_FD 3
#define RESULTS_FD 4

/* A line of results. Takes the reference. */
void results_put (Json *line);

/* The error as a line, and the exit code of its class. */
int results_fail (const GError *error);

/* The mistakes that were told so far, a line each; how many. */
int mistakes_tell (void);

/* SIGTERM and SIGINT are noticed from now on. */
void stop_notice (void);

/* The sink is for this request, which is borrowed. */
void spool_begin (const Request *request);

/* All that was written is in the file. The SHA-256 of it in hex. */
bool spool_finish (char *ret_sha256, GError **error);
bool spool_has_columns (void);
void sink_clear (void);

/* What the request says of one column. */
typedef enum
{
  MASK_NONE,
  MASK_HASH,
  MASK_NULL,
  MASK_LAST4,
} Mask;

typedef struct
{
  bool is_dropped;
  const char *name; /* in the file; borrowed */
  const char *type; /* borrowed */
  Mask mask;
  char *otherwise; /* in the place of NULL; NULL: nothing; owned */
} Treatment;

extern const char *const mask_words[]; /* by the enumeration, the first NULL */

/* Of all columns of the source. Whatever is wrong is a mistake. Owned: treatments_free. */
Treatment *treatments_find (const Request *request, const ConnectColumn *columns, size_t n);
void treatments_free (Treatment *treatments, size_t n);

/* The masked text in the buffer, which is overwritten. */
void mask_text (Mask mask, const char *bytes, size_t length, GString *buffer);

#endif
