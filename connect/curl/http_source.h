/* What a job asks of an HTTP server, or a stream of the connection: "from" (docs/http.md). All that is wrong is a mistake (connect_mistake). */
#ifndef WEIR_CONNECT_CURL_HTTP_SOURCE_H
#define WEIR_CONNECT_CURL_HTTP_SOURCE_H

#include "connect/connector.h"
#include "connect/curl/http_moment.h"
#include "connect/curl/http_path.h"

typedef enum
{
  PAGES_ONE,    /* there is one page */
  PAGES_NEXT,   /* the answer has the next page's address */
  PAGES_HEADER, /* its Link header has */
  PAGES_CURSOR, /* the answer has what the next request says */
  PAGES_NUMBER, /* page=1, page=2, until one has no rows */
  PAGES_OFFSET, /* offset=0, offset=100, the same */
} PagesKind;

typedef struct
{
  PagesKind kind;
  HttpPath *from;    /* of NEXT and CURSOR; owned */
  HttpPath *more;    /* of CURSOR: false there is the end; NULL: nothing says so; owned */
  const char *query; /* the parameter of CURSOR, NUMBER, OFFSET; NULL: */
  const char *body;  /* the member of the body, "variables.after" */
  int64_t first;     /* number or offset */
  const char *size;  /* its parameter; NULL: none is said */
  int64_t size_value;
  bool missing_is_end; /* 404 behind the first page is the end */
} HttpPaging;

typedef struct
{
  const char *name;
  HttpPath *path; /* owned */
} HttpColumn;

/* Texts are borrowed from "json". */
typedef struct
{
  Json *json; /* the stream with what "from" says instead; owned */
  const char *path;
  const Json *query, *headers, *body; /* NULL: none */
  bool is_post, is_lines;
  HttpPath *rows;  /* owned */
  GArray *columns; /* of HttpColumn; empty: the members of rows */
  HttpPaging paging;
  MomentFormat format;
  const char *first;                   /* where time begins; NULL: not said */
  int64_t step;                        /* microseconds that are asked for at once; 0: all */
  bool uses_start, uses_end, uses_day; /* the words that occur in the request */
  bool is_steady;                      /* pages are read until two readings in a row are the same */
} HttpSource;

/* from: of the request, NULL: none; stream: one of the connection's "streams" where "from" does not say what is asked for. True where nothing is wrong. */
bool http_source_read (const Json *from, const Json *streams, const char *stream, HttpSource *ret_source);
void http_source_clear (HttpSource *source);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpSource, http_source_clear)

#endif
