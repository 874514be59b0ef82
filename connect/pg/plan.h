/* What a request asks for: in which shape the source is read, in which order, and from where on. Positions are ours to read and to write:
 *
 *   {"updated_at": "...", "id": 7, "$horizon": "..."}   a batch ended here: go on behind it; at the end of all batches the horizon is the next position
 *   {"updated_at": null, "id": 7, "$horizon": "..."}    the same among the rows that have no bookmark, which come first, and once
 *   {"updated_at": null, "$after": true, "$horizon": "..."}     all those were read, and nothing else
 *   {"updated_at": "...", "$after": true}               all up to this value was read, and nobody can add to it any more
 *   {"updated_at": "..."}                               from this value on; so may people set one by hand
 *   {"id": 7, "$earlier": {...}}                        the number, or time, that is to be next waits for those who are open (open.h)
 *   {"id": 7, "$next": {...}}                           a batch of an increasing key ended here (counted.h)
 *   {"snapshot_at": "..."}                              of mode dump
 *   "$window": {...}                                    a batch of that window ended here */
#ifndef WEIR_CONNECT_PG_PLAN_H
#define WEIR_CONNECT_PG_PLAN_H

#include "connect/pg/select.h"

typedef enum
{
  SHAPE_WHOLE,   /* all rows, in one file */
  SHAPE_TIMED,   /* by a bookmark that is a time: horizon.h */
  SHAPE_COUNTED, /* by a key or bookmark that grows: counted.h */
  SHAPE_WINDOW,  /* a stretch of the bookmark; no position */
} Shape;

typedef struct
{
  Shape shape;
  bool is_keys;   /* keys alone */
  bool is_closed; /* what may still get more is left for the next reading, so that no row comes twice */
  bool can_cut;   /* there are limits, and an order to go on in */
  bool is_first;  /* there is no position (yet), or nothing has passed for good */
  bool is_inside; /* of the batches of one pull: this is not the first */
  int order[32];  /* columns of the source */
  int n_order;
  Range range;
  GPtrArray *values; /* of the range */
  bool has_nulls;    /* rows without a bookmark are read first, by themselves */
  char *start, *end;
} Plan;

/* Tells all mistakes; false: an error that is none. */
bool plan_make (PgSession *session, const Request *request, const Source *source, Plan *ret, GError **error);
void plan_clear (Plan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

/* The position of a row whose values of the order are these (NULL: NULL). A new reference. */
Json *plan_position (const Source *source, const int *order, int n_order, const char *const *values);

/* Of a closed plan: nothing from "below" on, or behind "up_to". Both are borrowed, and may be NULL. */
void plan_close (Plan *plan, const char *below, const char *up_to);

/* The zones of the plan, one statement each: rows without a bookmark, the others. How many; each is a copy that borrows the plan's. */
int plan_zones (const Plan *plan, Range ret[2]);

/* The limit of rows that the statement gets, 0: none. */
int64_t plan_limit (const PgSession *session, const Request *request, const Source *source, const Plan *plan);

#endif
