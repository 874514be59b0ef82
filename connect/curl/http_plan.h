/* What stretch of a source is read: from its position, mode, window and steps to the pieces that are asked for, one after another (docs/http.md). Pure.
 *
 *   if (http_plan_make (request, source, now, &plan))
 *     while (http_plan_next (&plan, &words)) ...          all pages of the piece; plan.at is then its end
 */
#ifndef WEIR_CONNECT_CURL_HTTP_PLAN_H
#define WEIR_CONNECT_CURL_HTTP_PLAN_H

#include "connect/connector.h"
#include "connect/curl/http_source.h"
#include "connect/curl/http_words.h"

typedef struct
{
  const HttpSource *source; /* borrowed */
  bool is_complete;         /* all rows of the source, whatever its position */
  bool moves;               /* the position moves */
  bool by_end;              /* to the end of what was asked for; else to what the rows say */
  Moment since;             /* where the position is */
  Moment start, end;
  int64_t piece; /* microseconds; 0: all in one */
  int64_t at;    /* of pieces: where the next one begins */
  bool is_begun;
} HttpPlan;

/* now: microseconds since 1970; a "check" or "discover" asks for the last day where nothing says more. False with a mistake. */
bool http_plan_make (const Request *request, const HttpSource *source, int64_t now, HttpPlan *ret_plan);
void http_plan_clear (HttpPlan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpPlan, http_plan_clear)

/* The words of the next piece; false: there is none. What was in ret_words is freed. */
bool http_plan_next (HttpPlan *plan, HttpWords *ret_words);

/* Whether there is a piece after the ones that were given. */
bool http_plan_has_more (const HttpPlan *plan);

/* Where the position moves to: greatest is the bookmark's greatest value that was seen, date what the server's clock said when the last piece was begun (0: nobody knows). */
void http_plan_position (const HttpPlan *plan, const Moment *greatest, int64_t date, bool has_bookmark, Moment *ret);

#endif
