/* How one Space came by its verdict: the walk through the tree, node by node, with what decided each. */
#ifndef SIFT_TOOLS_EXPLAIN_TEXT_H
#define SIFT_TOOLS_EXPLAIN_TEXT_H

#include "tools/spacesift/report_output.h"

/* Writes the explanation of the Space named `space`, as text or as one JSON document: {"space": {…}, "path": […]}. SIFT_END
 * where there is no such Space, and nothing is written; else as sift_report_write(). */
enum sift_status sift_explain_write(FILE *out, const struct sift_report_input *input, struct sift_span space,
                                    enum sift_report_kind kind, bool colour);

#endif
