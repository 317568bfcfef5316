/* Raw text: every line of the chunk is a record of the shard's one stream. */
#include "ingest/wrapping_internal.h"

/* A line that was cut is reported where it begins. */
static void report_cut(const struct sift_wrapping *wrapping, const struct sift_chunk *chunk) {
  if (!chunk->cut) {
    return;
  }
  const char *newline = memrchr(chunk->text, '\n', chunk->len);
  if (newline == NULL && chunk->continues) {
    return;
  }
  uint64_t start = newline != NULL ? (uint64_t)(newline - chunk->text) + 1 : 0;
  wrapping->report.damage(wrapping->report.context, SIFT_REASON_LINE_CUT, chunk->offset + start);
}

enum sift_status sift_unwrap_raw(struct sift_wrapping *wrapping, const struct sift_chunk *chunk, struct sift_batch *out) {
  report_cut(wrapping, chunk);
  struct sift_span text = sift_wrapping_without_mark(sift_span(chunk->text, chunk->len), chunk->offset);
  uint64_t mark_len = chunk->len - text.len;
  out->text = chunk->text + mark_len;
  out->len = (uint32_t)text.len;
  out->offset += mark_len;
  out->stream = wrapping->raw_stream;
  if (!chunk->survey.escapes && !chunk->survey.returns) {
    return SIFT_OK;
  }
  struct sift_cleaner *cleaner = &wrapping->cleaner;
  size_t len = sift_clean(cleaner, out->text, out->len);
  if (len == (size_t)-1) {
    return SIFT_ENOMEM;
  }
  out->len = (uint32_t)len;
  out->edits = cleaner->edits;
  out->edit_count = cleaner->edit_count;
  out->returns = cleaner->returns;
  out->return_count = cleaner->return_count;
  return SIFT_OK;
}
