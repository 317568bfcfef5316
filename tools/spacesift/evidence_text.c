#include "tools/spacesift/evidence_text.h"

#include <string.h>

#include "engine/facts.h"
#include "engine/stamp.h"

enum { INDENT = 4, TIME_BYTES = 36 };

void sift_text_label(struct sift_text *text, const char *label) {
  sift_text_format(text, "%*s", INDENT, "");
  sift_text_style(text, SIFT_STYLE_DIM);
  sift_text_format(text, "%-*s", SIFT_LABEL_COLUMNS - INDENT, label);
  sift_text_style(text, SIFT_STYLE_PLAIN);
}

void sift_text_line(struct sift_text *text, const char *label, struct sift_span bytes, unsigned width) {
  sift_text_label(text, label);
  sift_text_safe(text, bytes, width > SIFT_LABEL_COLUMNS ? width - SIFT_LABEL_COLUMNS : 1);
  sift_text_put(text, "\n");
}

void sift_text_place(struct sift_text *text, const struct sift_evidence *evidence) {
  char time[TIME_BYTES];
  if (strcmp(evidence->last.source, SIFT_FACTS_SOURCE) == 0) {
    sift_text_put(text, "the error message among the facts");
  } else {
    sift_text_safe(text, sift_span_of(evidence->last.source), SIZE_MAX);
    if (evidence->sample.line > 0) {
      sift_text_format(text, ":%llu", (unsigned long long)evidence->sample.line);
    }
    sift_text_format(text, " (byte %llu)", (unsigned long long)evidence->last.offset);
  }
  if (sift_stamp_format(evidence->last.time_ns, time) > 0) {
    sift_text_format(text, ", %s", time);
  }
  if (evidence->count > 1) {
    char count[SIFT_NUMBER_BYTES];
    sift_text_format(text, ", %s times", sift_text_number(count, evidence->count));
  }
}

void sift_text_evidence(struct sift_text *text, const char *label, const struct sift_evidence *evidence, unsigned width) {
  sift_text_line(text, label, sift_sample_text(&evidence->sample), width);
  sift_text_label(text, "");
  sift_text_style(text, SIFT_STYLE_DIM);
  sift_text_place(text, evidence);
  sift_text_style(text, SIFT_STYLE_PLAIN);
  sift_text_put(text, "\n");
}

void sift_text_verdict(struct sift_text *text, const struct sift_verdict *verdict) {
  sift_text_style(text, sift_text_severity_style(verdict->severity));
  sift_text_put(text, verdict->id);
  sift_text_style(text, SIFT_STYLE_PLAIN);
  if (verdict->branch[0] != '\0') {
    sift_text_format(text, "  branch %s", verdict->branch);
  }
  sift_text_format(text, "  %s", sift_phase_name(verdict->attempt.phase));
  if (verdict->attempt.number > 1) {
    sift_text_format(text, ", attempt %llu", (unsigned long long)verdict->attempt.number);
  }
  if (verdict->confidence != SIFT_HIGH) {
    sift_text_format(text, ", confidence %s", sift_confidence_name(verdict->confidence));
  }
  sift_text_put(text, verdict->incident != NULL ? ", in an incident\n" : "\n");
}
