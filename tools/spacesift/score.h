/* What came of labelled cases: a confusion table, and from it accuracy, precision and recall. */
#ifndef SIFT_TOOLS_SCORE_H
#define SIFT_TOOLS_SCORE_H

#include "engine/json.h"
#include "tools/spacesift/terminal.h"

enum { SIFT_SCORE_VERDICTS_MAX = 512 };

/* Verdicts are told apart by their text and borrowed. Embedded, zeroed at first. */
struct sift_score {
  const char *verdicts[SIFT_SCORE_VERDICTS_MAX];
  size_t verdict_count;
  uint64_t *counts; /* [label × SIFT_SCORE_VERDICTS_MAX + said] */
  uint64_t cases, right, ambiguous, ambiguous_right;
};

/* SIFT_ENOMEM. */
enum sift_status sift_score_init(struct sift_score *score);
void sift_score_release(struct sift_score *score);

/* A case that counts: `label` was right, `said` was given. SIFT_ELIMIT beyond SIFT_SCORE_VERDICTS_MAX verdicts. */
enum sift_status sift_score_add(struct sift_score *score, const char *label, const char *said);

/* "12 cases, 11 right: 91.7 %", then a row a verdict, worst recall first: cases, right, precision, recall, what was said instead. */
void sift_score_text(struct sift_text *text, const struct sift_score *score);

/* The keys cases, right, accuracy, ambiguous, verdicts and confusion, within an open object. */
void sift_score_json(struct sift_json *json, const struct sift_score *score);

#endif
