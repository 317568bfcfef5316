#include "ingest/status_file.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/batch.h"
#include "engine/utf8.h"
#include "ingest/json_text.h"
#include "ingest/status_internal.h"

enum { READ_BYTES = 64 * 1024, WINDOW_LOG_MAX = 27 };

/* All bytes of the source, or SIFT_ELIMIT; where its end is damaged, what was before that, and the status. */
static enum sift_status read_all(struct sift_status_reading *reading, struct sift_source *source, size_t *len) {
  size_t capacity = 0;
  *len = 0;
  for (;;) {
    if (capacity - *len < READ_BYTES) {
      capacity = capacity == 0 ? (size_t)2 * READ_BYTES : 2 * capacity;
      char *bytes = realloc(reading->bytes, capacity + SIFT_PADDING);
      if (bytes == NULL) {
        return SIFT_ENOMEM;
      }
      reading->bytes = bytes;
    }
    size_t got = 0;
    enum sift_status status = sift_source_read(source, reading->bytes + *len, READ_BYTES, &got);
    *len += got;
    memset(reading->bytes + *len, 0, SIFT_PADDING);
    if (*len > SIFT_STATUS_FILE_BYTES_MAX) {
      return SIFT_ELIMIT;
    }
    if (status != SIFT_OK) {
      return status == SIFT_END ? SIFT_OK : status;
    }
  }
}

/* The first byte of the text is where lines are counted from. */
static void begin_text(struct sift_status_reading *reading) {
  if (sift_span_starts(reading->text, "\xEF\xBB\xBF")) {
    reading->text = sift_span(reading->text.data + 3, reading->text.len - 3);
  }
  sift_status_begin(reading);
}

static bool repair(struct sift_status_reading *reading) {
  if (sift_utf8_valid(reading->text)) {
    return true;
  }
  char *bytes = malloc(reading->text.len * 3 + SIFT_PADDING);
  if (bytes == NULL) {
    return false;
  }
  size_t len = sift_utf8_repair(reading->text, bytes);
  memset(bytes + len, 0, SIFT_PADDING);
  free(reading->bytes);
  reading->bytes = bytes;
  reading->text = sift_span(bytes, len);
  begin_text(reading);
  sift_status_warn(reading, bytes, "", "held invalid UTF-8, which was replaced", "save it as UTF-8");
  return true;
}

static enum sift_status take_bytes(struct sift_status_reading *reading, struct sift_source *source) {
  size_t len = 0;
  enum sift_status status = read_all(reading, source, &len);
  if (status == SIFT_ENOMEM) {
    return status;
  }
  if (status == SIFT_ELIMIT) {
    return sift_status_refuse(reading, status, "is longer than 8 MiB", "no status page is: fetch " SIFT_STATUS_URL);
  }
  reading->text = sift_span(reading->bytes, len);
  reading->result->damaged = status != SIFT_OK;
  if (status != SIFT_OK) {
    sift_status_warn(reading, NULL, "", source->reason < SIFT_REASONS ? sift_reason_text(source->reason) : sift_status_text(status),
                     "fetch it again from " SIFT_STATUS_URL);
  }
  if (sift_span_starts(reading->text, "\xFF\xFE") || sift_span_starts(reading->text, "\xFE\xFF")) {
    return sift_status_refuse(reading, SIFT_EFORMAT, "is UTF-16", "save it as UTF-8");
  }
  begin_text(reading);
  if (!repair(reading)) {
    return SIFT_ENOMEM;
  }
  enum sift_status taken = sift_status_take(reading);
  return taken == SIFT_EFORMAT && status != SIFT_OK ? status : taken;
}

enum sift_status sift_status_file_read_source(struct sift_status_page *page, struct sift_source *source, const char *name,
                                              const struct sift_status_file_config *config, struct sift_problems *problems,
                                              struct sift_status_file_result *result) {
  struct sift_status_reading reading = {.page = page, .name = name, .config = config, .problems = problems, .result = result};
  *result = (struct sift_status_file_result){0};
  enum sift_status status = take_bytes(&reading, source);
  free(reading.bytes);
  return status;
}

enum sift_status sift_status_file_read(struct sift_status_page *page, const char *path,
                                       const struct sift_status_file_config *config, struct sift_problems *problems,
                                       struct sift_status_file_result *result) {
  struct sift_source *source = NULL;
  struct sift_source_limits limits = {.window_log_max = WINDOW_LOG_MAX};
  enum sift_reason reason = SIFT_REASONS;
  *result = (struct sift_status_file_result){0};
  errno = 0;
  enum sift_status status = sift_source_open(&source, path, &limits, &reason);
  if (status == SIFT_OK) {
    status = sift_status_file_read_source(page, source, path, config, problems, result);
    sift_source_free(source);
    return status;
  }
  if (status == SIFT_ENOMEM) {
    return status;
  }
  struct sift_status_reading reading = {.name = path, .problems = problems, .result = result};
  bool refused = reason == SIFT_REASON_UNREADABLE && errno != 0;
  const char *message = reason < SIFT_REASONS ? sift_reason_text(reason) : sift_status_text(status);
  result->damaged = true;
  return sift_status_refuse(&reading, status == SIFT_END ? SIFT_EFORMAT : status, refused ? strerror(errno) : message,
                            refused ? "check the file's name and permissions" : "fetch " SIFT_STATUS_URL);
}
