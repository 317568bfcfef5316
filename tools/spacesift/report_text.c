#include "tools/spacesift/report_text.h"

#include <stdlib.h>

#include "tools/spacesift/fleet_text.h"
#include "tools/spacesift/worst.h"

enum { WIDTH_DEFAULT = 120, WIDTH_MIN = 40 };

struct sift_report_text {
  const struct sift_report_input *input;
  struct sift_worst *worst;
  unsigned width;
  bool colour;
};

enum sift_status sift_report_text_new(struct sift_report_text **out, const struct sift_report_input *input, unsigned width,
                                      bool colour) {
  *out = calloc(1, sizeof **out);
  if (*out == NULL) {
    return SIFT_ENOMEM;
  }
  width = width == 0 ? WIDTH_DEFAULT : width < WIDTH_MIN ? WIDTH_MIN : width;
  **out = (struct sift_report_text){.input = input, .width = width, .colour = colour};
  enum sift_status status = sift_worst_new(&(*out)->worst, input->ruleset, input->top, width, colour);
  if (status != SIFT_OK) {
    sift_report_text_free(*out);
    *out = NULL;
  }
  return status;
}

void sift_report_text_free(struct sift_report_text *report) {
  if (report != NULL) {
    sift_worst_free(report->worst);
    free(report);
  }
}

enum sift_status sift_report_text_add(struct sift_report_text *report, const struct sift_space *space,
                                      const struct sift_verdict *verdict) {
  return sift_worst_add(report->worst, space, verdict);
}

static void put_worst(struct sift_report_text *report, struct sift_text *text, bool nothing_read) {
  if (sift_worst_count(report->worst) == 0) {
    sift_text_put(text, nothing_read ? "\nNo line was read, so nothing is known of any Space.\n" : "\nNo Space needs someone.\n");
    return;
  }
  sift_text_put(text, "\n");
  sift_text_style(text, SIFT_STYLE_BOLD);
  sift_text_put(text, "Spaces that need someone");
  sift_text_style(text, SIFT_STYLE_PLAIN);
  sift_text_put(text, "\n");
  sift_worst_write(report->worst, text);
}

enum sift_status sift_report_text_write(struct sift_report_text *report, FILE *out, const struct sift_census *census,
                                        const struct sift_summary *summary) {
  const struct sift_ruleset *ruleset = report->input->ruleset;
  struct sift_text text;
  sift_text_init(&text, report->colour);
  sift_text_totals(&text, ruleset, census, summary, report->input->seconds);
  sift_text_verdicts(&text, summary);
  enum sift_status status = sift_text_classes(&text, ruleset, summary, report->width);
  sift_text_damage(&text, &census->fleet, report->width);
  sift_text_incidents(&text, ruleset, &census->incidents, report->width);
  put_worst(report, &text, summary->spaces == 0 && census->fleet.lines == 0);
  status = status == SIFT_OK ? sift_text_write(&text, out) : status;
  sift_text_release(&text);
  return status;
}
