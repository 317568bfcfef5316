/* Lines of text about evidence: a label and what it names, the place of a log line. */
#ifndef SIFT_TOOLS_EVIDENCE_TEXT_H
#define SIFT_TOOLS_EVIDENCE_TEXT_H

#include "engine/report.h"
#include "tools/spacesift/terminal.h"

enum {
  SIFT_LABEL_COLUMNS = 11,     /* an indent and a label */
  SIFT_WORDS_BYTES_MAX = 1024, /* of a title or an action */
};

/* "    label  ", in the columns that all labels take. */
void sift_text_label(struct sift_text *text, const char *label);

/* A label and bytes from outside, cut to lines of `width` columns. */
void sift_text_line(struct sift_text *text, const char *label, struct sift_span bytes, unsigned width);

/* Where the evidence's sample stands, when, and how often the rule matched: "source:line (byte offset), time, 3 times". */
void sift_text_place(struct sift_text *text, const struct sift_evidence *evidence);

/* The sample and below it its place. */
void sift_text_evidence(struct sift_text *text, const char *label, const struct sift_evidence *evidence, unsigned width);

/* The verdict's id, branch of the tree, phase, attempt, and what else is worth knowing at a glance; ends the line. */
void sift_text_verdict(struct sift_text *text, const struct sift_verdict *verdict);

#endif
