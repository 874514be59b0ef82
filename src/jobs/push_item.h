/* What a member of "deliver" says of what is sent; the rest of it is for the connector. Plain data. */
#ifndef WEIR_SRC_JOBS_PUSH_ITEM_H
#define WEIR_SRC_JOBS_PUSH_ITEM_H

#include "base/json.h"
#include "models/model.h"

typedef enum
{
  PUSH_UPSERT, /* the rows of what the runs touched, as they are now */
  PUSH_APPEND, /* what each run opened */
  PUSH_SWAP,   /* the whole table each time */
} PushMode;

/* What becomes at the other side of what is gone here. */
typedef enum
{
  PUSH_DELETE, /* it goes */
  PUSH_FLAG,   /* it stays, and its column PUSH_GONE is true */
  PUSH_KEEP,   /* it stays as it is */
} PushGone;

extern const char *const push_mode_words[];
extern const char *const push_gone_words[];

/* Columns that are weir's: whether the entity is gone, and the run that opened a row. */
#define PUSH_GONE "weir_gone"
#define PUSH_RUN "weir_run"

typedef struct
{
  PushMode mode;
  PushGone gone;
  GStrv key;           /* names of the warehouse; NULL: the id */
  bool history;        /* all versions, not the current one alone */
  const Json *columns; /* {"name": {"drop", "rename", "mask", "type", "default"}}; NULL: as they are; borrowed */
} PushItem;

/* Adds all mistakes of it to "problems" (of char *), PLACE.MEMBER: TEXT. rest: the member without "to". model: NULL: those that can be told without it. */
void push_item_check (const Json *rest, const Model *model, const char *place, GPtrArray *problems);

/* The same of a column that the table has, by its name in the warehouse: one that is called as weir's own must not be delivered under that name. */
void push_item_check_name (const Json *rest, const char *column, const char *place, GPtrArray *problems);

/* The model says which mode there is where the member does not. All mistakes at once (MODEL), in the detail. */
bool push_item_read (const Json *rest, const Model *model, const char *place, PushItem *ret_item, GError **error);
void push_item_clear (PushItem *item);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PushItem, push_item_clear)

#endif
