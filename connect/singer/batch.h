/* BATCH: records in files that the tap has written, JSON lines, as they are or by gzip. */
#ifndef WEIR_CONNECT_SINGER_BATCH_H
#define WEIR_CONNECT_SINGER_BATCH_H

#include "connect/singer/message.h"

/* Calls "record" for each record of all files of the manifest. Other formats, and files that are not on this machine, are CONFIGURATION. */
bool batch_read (const Message *message, bool (*record) (Slice record, void *data, GError **error), void *data, GError **error);

#endif
