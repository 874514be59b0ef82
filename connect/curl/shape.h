/* The rows of a delivery as the file that the job asks for: the spool file as it is, or the same cells with another delimiter, and so on, in an unnamed file. */
#ifndef WEIR_CONNECT_CURL_SHAPE_H
#define WEIR_CONNECT_CURL_SHAPE_H

#include "base/digest.h"
#include "connect/connector.h"

typedef struct
{
  char delimiter;
  bool header, quotes_all, bom;
} Shape;

/* The members of "to" that say it; whatever is wrong is a mistake. */
#define SHAPE_MEMBERS "format", "delimiter", "header", "quote", "bom"
Shape shape_read (const Json *to);

typedef struct
{
  int fd; /* at its beginning; -1: none */
  int64_t size, rows;
  char sha256[SHA256_HEX_SIZE];
  int64_t head; /* bytes before the first row */
} Shaped;

void shaped_clear (Shaped *shaped);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shaped, shaped_clear)

/* Whether the delivery is a whole table, of which there is nothing else to tell: its last column, weir_gone, is left out then, and so is each row of which that
 * cell says that only its key is left. Who has changes needs both. */
bool shape_hides_gone (const Json *delivery);
bool shape_is_gone (const char *cell);

/* What is told of each row while it is written: its cells (NULL: NULL) and the bytes that it becomes. False: it cannot go on. */
typedef bool (*ShapeRow) (const char *const *cells, size_t n, int64_t offset, int64_t length, void *data, GError **error);

/* row: NULL: nobody wants to know. */
bool shape_make (const Shape *shape, const Request *request, ShapeRow row, void *data, Shaped *ret, GError **error);

/* Pure: the cells as a line. */
void shape_append (const Shape *shape, const char *const *cells, const size_t *lengths, size_t n, GString *line);

#endif
