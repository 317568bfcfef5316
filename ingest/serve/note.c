#include "ingest/serve/note.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/harmless.h"
#include "engine/json.h"
#include "engine/stamp.h"

enum { A_SECOND = 10, TEXT_BYTES = 1024 };

/* A bucket of messages a second. */
struct bucket {
  time_t second;
  unsigned said;
  uint64_t kept_back;
};

struct sift_note {
  pthread_mutex_t lock;
  enum sift_note_level least;
  bool json;
  struct bucket buckets[SIFT_NOTE_KINDS];
  _Atomic uint64_t suppressed;
};

static const char *const names[] = {"debug", "info", "warning", "error"};

struct sift_note *sift_note_new(enum sift_note_level least, bool json) {
  struct sift_note *note = calloc(1, sizeof *note);
  if (note != NULL) {
    pthread_mutex_init(&note->lock, NULL);
    note->least = least;
    note->json = json;
  }
  return note;
}

void sift_note_free(struct sift_note *note) {
  if (note != NULL) {
    pthread_mutex_destroy(&note->lock);
    free(note);
  }
}

uint64_t sift_note_suppressed(const struct sift_note *note) {
  return note->suppressed;
}

/* With the lock. Whether it may be said, and how many before it were not. */
static bool may_say(struct sift_note *note, enum sift_note_kind kind, time_t second, uint64_t *kept_back) {
  struct bucket *bucket = &note->buckets[kind];
  *kept_back = 0;
  if (kind == SIFT_NOTE_ALWAYS) {
    return true;
  }
  if (bucket->second != second) {
    *kept_back = bucket->kept_back;
    *bucket = (struct bucket){.second = second};
  }
  if (bucket->said < A_SECOND) {
    bucket->said++;
    return true;
  }
  bucket->kept_back++;
  note->suppressed++;
  return false;
}

/* Writes in one call, so that lines of threads do not mix. */
static void write_line(const char *line, size_t len) {
  while (len > 0) {
    ssize_t put = write(STDERR_FILENO, line, len);
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      return; /* nobody to tell it to */
    }
    line += put;
    len -= (size_t)put;
  }
}

/* Messages quote what outsiders send: it must not steer the terminal that shows the log. At most four times the text. */
static size_t put_harmless(char *to, struct sift_span text) {
  size_t len = 0;
  while (text.len > 0) {
    char room[SIFT_HARMLESS_BYTES];
    size_t taken = 0;
    uint32_t code = 0;
    struct sift_span shown = sift_harmless_next(text, room, &taken, &code);
    memcpy(to + len, shown.data, shown.len);
    len += shown.len;
    text = sift_span(text.data + taken, text.len - taken);
  }
  return len;
}

static void say_text(const char *stamp, const char *level, const char *text, uint64_t kept_back) {
  char line[4 * TEXT_BYTES + 256];
  int begun = snprintf(line, 128, "%s %-7s ", stamp, level);
  size_t len = (size_t)begun + put_harmless(line + begun, sift_span_of(text));
  if (kept_back > 0) {
    len += (size_t)snprintf(line + len, 100, " (%llu more like this were kept back)", (unsigned long long)kept_back);
  }
  line[len++] = '\n';
  write_line(line, len);
}

static void say_json(int64_t now_ns, const char *level, const char *text, uint64_t kept_back) {
  struct sift_json json;
  sift_json_init(&json);
  sift_json_open(&json, '{');
  sift_json_key(&json, "time");
  sift_json_time(&json, now_ns);
  sift_json_key(&json, "level");
  sift_json_text(&json, level);
  sift_json_key(&json, "message");
  sift_json_text(&json, text);
  if (kept_back > 0) {
    sift_json_key(&json, "kept_back");
    sift_json_unsigned(&json, kept_back);
  }
  sift_json_close(&json, '}');
  sift_json_raw(&json, sift_span("\n", 1));
  if (!json.failed) {
    write_line(json.bytes, json.len);
  }
  sift_json_release(&json);
}

void sift_note_say(struct sift_note *note, enum sift_note_level level, enum sift_note_kind kind, const char *format, ...) {
  if (note == NULL || level < note->least) {
    return;
  }
  char text[TEXT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int64_t now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
  uint64_t kept_back = 0;
  pthread_mutex_lock(&note->lock);
  if (may_say(note, kind, now.tv_sec, &kept_back)) {
    char stamp[40];
    stamp[sift_stamp_format(now_ns / 1000000 * 1000000, stamp)] = '\0';
    if (note->json) {
      say_json(now_ns, names[level], text, kept_back);
    } else {
      say_text(stamp, names[level], text, kept_back);
    }
  }
  pthread_mutex_unlock(&note->lock);
}
