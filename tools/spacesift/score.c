#include "tools/spacesift/score.h"

#include <stdlib.h>
#include <string.h>

enum { N = SIFT_SCORE_VERDICTS_MAX, VERDICT_COLUMNS = 24 };

/* One verdict's part of the table. */
struct row {
  size_t verdict;
  uint64_t cases, said, right;
};

enum sift_status sift_score_init(struct sift_score *score) {
  memset(score, 0, sizeof *score);
  score->counts = calloc((size_t)N * N, sizeof *score->counts);
  return score->counts != NULL ? SIFT_OK : SIFT_ENOMEM;
}

void sift_score_release(struct sift_score *score) {
  free(score->counts);
  score->counts = NULL;
}

static size_t place_of(struct sift_score *score, const char *verdict) {
  for (size_t i = 0; i < score->verdict_count; i++) {
    if (strcmp(score->verdicts[i], verdict) == 0) {
      return i;
    }
  }
  if (score->verdict_count < N) {
    score->verdicts[score->verdict_count++] = verdict;
    return score->verdict_count - 1;
  }
  return N;
}

enum sift_status sift_score_add(struct sift_score *score, const char *label, const char *said) {
  size_t row = place_of(score, label);
  size_t column = place_of(score, said);
  if (row == N || column == N) {
    return SIFT_ELIMIT;
  }
  score->counts[row * N + column]++;
  score->cases++;
  score->right += row == column;
  return SIFT_OK;
}

static uint64_t count_of(const struct sift_score *score, size_t label, size_t said) {
  return score->counts[label * N + said];
}

static int by_recall(const void *a, const void *b) {
  const struct row *x = a;
  const struct row *y = b;
  uint64_t left = x->right * y->cases;
  uint64_t right = y->right * x->cases;
  if ((x->cases == 0) != (y->cases == 0)) {
    return x->cases == 0 ? -1 : 1; /* what was never right to say comes first: all of it is wrong */
  }
  return left != right ? (left < right ? -1 : 1) : (x->verdict > y->verdict) - (x->verdict < y->verdict);
}

static void rows_of(const struct sift_score *score, struct row *rows) {
  for (size_t i = 0; i < score->verdict_count; i++) {
    rows[i] = (struct row){.verdict = i, .right = count_of(score, i, i)};
    for (size_t j = 0; j < score->verdict_count; j++) {
      rows[i].cases += count_of(score, i, j);
      rows[i].said += count_of(score, j, i);
    }
  }
  qsort(rows, score->verdict_count, sizeof *rows, by_recall);
}

static double share(uint64_t part, uint64_t whole) {
  return whole > 0 ? (double)part / (double)whole : 1;
}

static void put_share(struct sift_text *text, uint64_t part, uint64_t whole) {
  if (whole > 0) {
    sift_text_format(text, "%9.1f %%", 100 * share(part, whole));
  } else {
    sift_text_format(text, "%9s  ", "-");
  }
}

static void put_row(struct sift_text *text, const struct sift_score *score, const struct row *row) {
  sift_text_column(text, sift_span_of(score->verdicts[row->verdict]), VERDICT_COLUMNS);
  sift_text_format(text, "%6llu%7llu", (unsigned long long)row->cases, (unsigned long long)row->right);
  put_share(text, row->right, row->said);
  put_share(text, row->right, row->cases);
  const char *before = "  ";
  for (size_t j = 0; j < score->verdict_count; j++) {
    uint64_t count = count_of(score, row->verdict, j);
    if (j != row->verdict && count > 0) {
      sift_text_format(text, "%s%s %llu", before, score->verdicts[j], (unsigned long long)count);
      before = ", ";
    }
  }
  sift_text_put(text, "\n");
}

void sift_score_text(struct sift_text *text, const struct sift_score *score) {
  struct row rows[N];
  rows_of(score, rows);
  sift_text_format(text, "%-*s%6s%7s%11s%11s  said instead\n", VERDICT_COLUMNS, "verdict", "cases", "right", "precision", "recall");
  for (size_t i = 0; i < score->verdict_count; i++) {
    put_row(text, score, &rows[i]);
  }
  sift_text_format(text, "\n%llu cases, %llu right: %.1f %%", (unsigned long long)score->cases, (unsigned long long)score->right,
                   100 * share(score->right, score->cases));
  if (score->ambiguous > 0) {
    sift_text_format(text, " (ambiguous ones apart: %llu, %llu of them right)", (unsigned long long)score->ambiguous,
                     (unsigned long long)score->ambiguous_right);
  }
  sift_text_put(text, "\n");
}

static void put_number(struct sift_json *json, const char *key, uint64_t value) {
  sift_json_key(json, key);
  sift_json_unsigned(json, value);
}

/* null where there is nothing to divide by. */
static void put_ratio(struct sift_json *json, const char *key, uint64_t part, uint64_t whole) {
  sift_json_key(json, key);
  if (whole > 0) {
    sift_json_double(json, share(part, whole));
  } else {
    sift_json_null(json);
  }
}

static void put_verdicts(struct sift_json *json, const struct sift_score *score) {
  struct row rows[N];
  rows_of(score, rows);
  sift_json_key(json, "verdicts");
  sift_json_open(json, '[');
  for (size_t i = 0; i < score->verdict_count; i++) {
    sift_json_open(json, '{');
    sift_json_key(json, "verdict");
    sift_json_text(json, score->verdicts[rows[i].verdict]);
    put_number(json, "cases", rows[i].cases);
    put_number(json, "said", rows[i].said);
    put_number(json, "right", rows[i].right);
    put_ratio(json, "precision", rows[i].right, rows[i].said);
    put_ratio(json, "recall", rows[i].right, rows[i].cases);
    sift_json_close(json, '}');
  }
  sift_json_close(json, ']');
}

static void put_confusion(struct sift_json *json, const struct sift_score *score) {
  sift_json_key(json, "confusion");
  sift_json_open(json, '[');
  for (size_t i = 0; i < score->verdict_count; i++) {
    for (size_t j = 0; j < score->verdict_count; j++) {
      if (count_of(score, i, j) > 0) {
        sift_json_open(json, '{');
        sift_json_key(json, "label");
        sift_json_text(json, score->verdicts[i]);
        sift_json_key(json, "verdict");
        sift_json_text(json, score->verdicts[j]);
        put_number(json, "cases", count_of(score, i, j));
        sift_json_close(json, '}');
      }
    }
  }
  sift_json_close(json, ']');
}

void sift_score_json(struct sift_json *json, const struct sift_score *score) {
  put_number(json, "cases", score->cases);
  put_number(json, "right", score->right);
  put_ratio(json, "accuracy", score->right, score->cases);
  put_number(json, "ambiguous", score->ambiguous);
  put_number(json, "ambiguous_right", score->ambiguous_right);
  put_verdicts(json, score);
  put_confusion(json, score);
}
