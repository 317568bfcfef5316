/* The report for people: the fleet's summary, incidents, and the Spaces that need someone. */
#ifndef SIFT_TOOLS_REPORT_TEXT_H
#define SIFT_TOOLS_REPORT_TEXT_H

#include "engine/report.h"
#include "tools/spacesift/census.h"

/* Holds no more than input->top Spaces, whatever the size of the fleet. Borrows the input. `width` 0: 120 columns. */
struct sift_report_text;
enum sift_status sift_report_text_new(struct sift_report_text **out, const struct sift_report_input *input, unsigned width,
                                      bool colour);
void sift_report_text_free(struct sift_report_text *report);

/* A judged Space: remembered where it is among the worst. SIFT_ENOMEM. */
enum sift_status sift_report_text_add(struct sift_report_text *report, const struct sift_space *space,
                                      const struct sift_verdict *verdict);

/* Writes everything, after the last Space. SIFT_ENOMEM, SIFT_EIO. */
enum sift_status sift_report_text_write(struct sift_report_text *report, FILE *out, const struct sift_census *census,
                                        const struct sift_summary *summary);

#endif
