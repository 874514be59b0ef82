/* Who gets a mail of a delivery, and which rows are in it. */
#ifndef WEIR_CONNECT_CURL_MAILING_H
#define WEIR_CONNECT_CURL_MAILING_H

#include "connect/connector.h"
#include "connect/curl/shape.h"

/* A piece of the shaped file. */
typedef struct
{
  int64_t offset, length;
} Piece;

typedef struct
{
  char *address;  /* may be none: then it is refused without being sent */
  GArray *pieces; /* of Piece: what its attachment has, in order */
  int64_t size, rows;
} Recipient;

typedef struct
{
  GPtrArray *recipients; /* of Recipient, in the order of the job or of the rows */
  Shaped shaped;
} Mailing;

void mailing_clear (Mailing *mailing);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Mailing, mailing_clear)

/* By "recipients", or by "recipients_column": each value of that column is a recipient, who gets the rows that have it ("each_gets": "own"), or all. */
bool mailing_make (const Request *request, Mailing *ret, GError **error);

#endif
