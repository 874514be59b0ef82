/* A request and its answer, as the pages see them: nothing here knows the library that brings them. Pure. */
#ifndef WEIR_SRC_PAGE_REQUEST_H
#define WEIR_SRC_PAGE_REQUEST_H

#include "base/json.h"

/* Borrowed; NULL: the header is not there. */
typedef struct
{
  const char *method;                        /* "GET", "HEAD", "POST" */
  const char *path;                          /* decoded */
  const char *host, *origin, *site, *cookie; /* headers: Host, Origin, Sec-Fetch-Site, Cookie */
  const char *user, *password;               /* of basic authorization */
  GHashTable *query;                         /* of the URL, texts by name; never NULL */
  const char *body;                          /* of a form; NULL: none */
} Request;

/* The value of a parameter of the URL; NULL where it is not there or empty. */
const char *request_query (const Request *request, const char *name);

/* A field of the form, decoded; NULL: it has none. Owned by the caller. */
char *request_field (const Request *request, const char *name);
/* All fields of that name, in their order; ends with NULL. Owned by the caller. */
GStrv request_fields (const Request *request, const char *name);

/* A cookie's value; NULL: it is not there. Owned by the caller. */
char *request_cookie (const Request *request, const char *name);

typedef struct Answer Answer;
struct Answer
{
  unsigned status;
  const char *type;   /* static */
  GString *body;      /* never NULL */
  GPtrArray *headers; /* of char *: a name and its value, one after the other */
  /* The rest of the body, where it comes in pieces: adds the next to "piece"; nothing added: it is over. NULL: the body is whole. */
  bool (*more) (void *data, GString *piece);
  void *data;
  void (*free_data) (void *data);
};

void answer_begin (Answer *answer);
void answer_clear (Answer *answer);
void answer_header (Answer *answer, const char *name, const char *value);
/* 303 to a path of ours. */
void answer_redirect (Answer *answer, const char *path);
void answer_json (Answer *answer, unsigned status, const Json *json);
void answer_text (Answer *answer, unsigned status, const char *text);

#endif
