/* Lines that begin with # and may be rows all the same: `#2 Oak St,Oslo,2`. Where # begins comments, as in most of the file, these are
 * neither loaded nor passed over, but rejects that a person looks at. Pure. */
#ifndef WEIR_PIPELINE_TABLE_COMMENT_H
#define WEIR_PIPELINE_TABLE_COMMENT_H

#include "pipeline/sniff/sniff_evidence.h"

/* Whether the line, its quotes honoured, is cut about as the table's rows are, and is neither a remark (a blank behind #, a sentence, a quote that is open at its end) nor a row that
 * somebody commented out (behind # is a value of the first column). "evidence": of the table, whose delimiter the dialect has. */
bool comment_may_be_row (const SniffEvidence *evidence, const Dialect *dialect, const char *line, size_t length);

#endif
