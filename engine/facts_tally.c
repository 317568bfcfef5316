#include "engine/facts_tally.h"

#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"

enum {
  BATCH_RECORDS = 4096,
  BATCH_BYTES = SIFT_BATCH_BYTES + SIFT_FACT_MESSAGE_BYTES_MAX + 1, /* one more message always fits */
};

/* Sheets that strike windows of incidents and others apart. */
struct half {
  struct sift_worker *worker;
  struct sift_record records[BATCH_RECORDS];
  uint32_t count;
  uint64_t lines;
  uint32_t len;
  char *text;
};

struct sift_facts_tally {
  struct half halves[2]; /* by whether the sheet has a time of its own */
  struct sift_run *runs;
  size_t run_count;
};

static enum sift_status flush(struct half *half) {
  if (half->count == 0) {
    return SIFT_OK;
  }
  memset(half->text + half->len, 0, SIFT_PADDING);
  const struct sift_batch batch = {
      .text = half->text,
      .len = half->len,
      .lines = half->lines,
      .records = half->records,
      .record_count = half->count,
  };
  enum sift_status status = sift_worker_batch(half->worker, &batch);
  half->count = 0;
  half->len = 0;
  half->lines = 0;
  return status;
}

static uint32_t lines_of(struct sift_span text) {
  uint32_t lines = 1;
  for (size_t i = 0; i + 1 < text.len; i++) {
    lines += text.data[i] == '\n';
  }
  return lines;
}

/* A Space without a message is there too: an empty line is scanned for it. */
static enum sift_status add(struct half *half, const struct sift_fact_sheet *sheet, size_t number, int64_t now_ns) {
  struct sift_span message = sheet->values[SIFT_FACT_ERROR_MESSAGE];
  enum sift_status status = SIFT_OK;
  if (half->count == BATCH_RECORDS || half->len >= SIFT_BATCH_BYTES) {
    status = flush(half);
  }
  enum sift_reason reason = SIFT_REASONS;
  struct sift_record *record = &half->records[half->count++];
  *record = (struct sift_record){
      .text = half->len,
      .stream = sift_streams_find(sift_worker_streams(half->worker), sheet->space, sift_span_of("platform"), &reason),
      .offset = number,
      .lines = lines_of(message),
      .line = (uint32_t)half->lines,
      .time_ns = sheet->time_ns != SIFT_TIME_NONE ? sheet->time_ns : now_ns,
  };
  if (message.len > 0) {
    memcpy(half->text + half->len, message.data, message.len);
  }
  half->text[half->len + message.len] = '\n';
  half->len += (uint32_t)message.len + 1;
  half->lines += record->lines;
  return status;
}

static enum sift_status open_half(struct half *half, const struct sift_database *database, bool dated) {
  const struct sift_worker_config config = {
      .database = database,
      .spaces_max = UINT64_MAX, /* the facts hold them all in memory already */
      .aside = true,
      .no_strike = !dated,
  };
  half->text = malloc(BATCH_BYTES + SIFT_PADDING);
  enum sift_status status = half->text != NULL ? sift_worker_new(&half->worker, &config) : SIFT_ENOMEM;
  return status == SIFT_OK ? sift_worker_begin(half->worker, sift_span_of(SIFT_FACTS_SOURCE)) : status;
}

static enum sift_status close_half(struct sift_facts_tally *tally, struct half *half) {
  const struct sift_run *runs = NULL;
  size_t count = 0;
  enum sift_status status = flush(half);
  status = status == SIFT_OK ? sift_worker_end(half->worker, 0) : status;
  status = status == SIFT_OK ? sift_worker_runs(half->worker, &runs, &count) : status;
  if (status != SIFT_OK) {
    return status;
  }
  struct sift_run *all = realloc(tally->runs, (tally->run_count + count + 1) * sizeof *all);
  if (all == NULL) {
    return SIFT_ENOMEM;
  }
  memcpy(all + tally->run_count, runs, count * sizeof *all);
  tally->runs = all;
  tally->run_count += count;
  return SIFT_OK;
}

/* Whether all dated sheets, several of them, bear one time: that of the listing, which tells nothing of when they came to be so. */
static bool are_stamped(const struct sift_facts *facts) {
  int64_t time_ns = SIFT_TIME_NONE;
  size_t dated = 0;
  for (size_t i = 0; i < sift_facts_count(facts); i++) {
    struct sift_fact_sheet sheet;
    sift_facts_at(facts, i, &sheet);
    if (sheet.time_ns == SIFT_TIME_NONE) {
      continue;
    }
    if (dated++ > 0 && sheet.time_ns != time_ns) {
      return false;
    }
    time_ns = sheet.time_ns;
  }
  return dated > 1;
}

static enum sift_status scan(struct sift_facts_tally *tally, const struct sift_facts *facts, int64_t now_ns) {
  enum sift_status status = SIFT_OK;
  size_t count = sift_facts_count(facts);
  bool stamped = are_stamped(facts);
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    struct sift_fact_sheet sheet;
    sift_facts_at(facts, i, &sheet);
    status = add(&tally->halves[sheet.time_ns != SIFT_TIME_NONE && !stamped], &sheet, i, now_ns);
  }
  for (int dated = 0; dated < 2 && status == SIFT_OK; dated++) {
    status = close_half(tally, &tally->halves[dated]);
  }
  return status;
}

enum sift_status sift_facts_tally_new(struct sift_facts_tally **out, const struct sift_database *database,
                                      const struct sift_facts *facts, int64_t now_ns) {
  *out = NULL;
  struct sift_facts_tally *tally = calloc(1, sizeof *tally);
  if (tally == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = SIFT_OK;
  for (int dated = 0; dated < 2 && status == SIFT_OK; dated++) {
    status = open_half(&tally->halves[dated], database, dated == 1);
  }
  status = status == SIFT_OK ? scan(tally, facts, now_ns) : status;
  if (status != SIFT_OK) {
    sift_facts_tally_free(tally);
    return status;
  }
  *out = tally;
  return SIFT_OK;
}

void sift_facts_tally_free(struct sift_facts_tally *tally) {
  if (tally == NULL) {
    return;
  }
  for (int dated = 0; dated < 2; dated++) {
    sift_worker_free(tally->halves[dated].worker);
    free(tally->halves[dated].text);
  }
  free(tally->runs);
  free(tally);
}

const struct sift_run *sift_facts_tally_runs(const struct sift_facts_tally *tally, size_t *count) {
  *count = tally->run_count;
  return tally->runs;
}
