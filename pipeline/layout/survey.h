/* The survey of a file's cells: which types they leave to the columns that the model does not declare, and what of the pinned ones
 * they contradict.
 *
 *   survey = survey_new (layout);
 *   survey_look (survey, record) for the records of the sample, or of the whole file
 *   survey_settle (survey, whole, &again, error)      the layout's types and findings; once
 *
 * A second look at the file, from its start, is a second survey of the same layout. Pure. */
#ifndef WEIR_PIPELINE_LAYOUT_SURVEY_H
#define WEIR_PIPELINE_LAYOUT_SURVEY_H

#include "pipeline/layout/layout.h"

typedef struct Survey Survey;

/* Borrows the layout, and will fill it. */
Survey *survey_new (Layout *layout);
void survey_free (Survey *survey);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Survey, survey_free)

/* Records of another width than the layout are left out. */
void survey_look (Survey *survey, const Record *record);

/* Settles the types that the model does not declare. "whole": every record was looked at. *ret_again: what was seen does not decide
 * (day and month, say), look at the whole file first. A pinned type that the whole file contradicts is widened where that loses
 * nothing; otherwise it is an INPUT error ("type_drift") that shows each such column. So are numbers that can be read in two ways,
 * and a column that can if what it is taken for could not be mended later: a key, or one of rows without a key ("ambiguous"). */
bool survey_settle (Survey *survey, bool whole, bool *ret_again, GError **error);

#endif
