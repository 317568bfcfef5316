#include "tools/spacesift/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/character.h"
#include "engine/harmless.h"

enum { CAPACITY_MIN = 4096 };

void sift_text_init(struct sift_text *text, bool colour) {
  *text = (struct sift_text){.colour = colour};
}

void sift_text_release(struct sift_text *text) {
  free(text->bytes);
  sift_text_init(text, text->colour);
}

void sift_text_clear(struct sift_text *text) {
  text->len = 0;
}

static bool reserve(struct sift_text *text, size_t more) {
  if (text->failed) {
    return false;
  }
  if (more <= text->capacity - text->len) {
    return true;
  }
  size_t capacity = text->capacity < CAPACITY_MIN ? CAPACITY_MIN : text->capacity * 2;
  while (capacity - text->len < more) {
    capacity *= 2;
  }
  char *bytes = realloc(text->bytes, capacity);
  if (bytes == NULL) {
    text->failed = true;
    return false;
  }
  text->bytes = bytes;
  text->capacity = capacity;
  return true;
}

void sift_text_append(struct sift_text *text, struct sift_span bytes) {
  if (bytes.len > 0 && reserve(text, bytes.len)) {
    memcpy(text->bytes + text->len, bytes.data, bytes.len);
    text->len += bytes.len;
  }
}

void sift_text_put(struct sift_text *text, const char *words) {
  sift_text_append(text, sift_span_of(words));
}

void sift_text_format(struct sift_text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *formatted = NULL;
  int len = vasprintf(&formatted, format, arguments);
  va_end(arguments);
  if (len < 0) {
    text->failed = true;
    return;
  }
  sift_text_append(text, sift_span(formatted, (size_t)len));
  free(formatted);
}

void sift_text_style(struct sift_text *text, enum sift_style style) {
  static const char *const codes[] = {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[32m"};
  if (text->colour) {
    sift_text_put(text, codes[style]);
  }
}

enum sift_style sift_text_severity_style(enum sift_severity severity) {
  return severity >= SIFT_ERROR ? SIFT_STYLE_RED : severity == SIFT_WARNING ? SIFT_STYLE_YELLOW : SIFT_STYLE_GREEN;
}

/* Columns of a harmless character, roughly as terminals do: 0 for what combines, 2 for East Asian and emoji. */
static size_t columns_of(uint32_t code) {
  if ((code >= 0x300 && code <= 0x36F) || (code >= 0xFE00 && code <= 0xFE0F)) {
    return 0;
  }
  bool wide = (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) || (code >= 0xAC00 && code <= 0xD7A3) ||
              (code >= 0xF900 && code <= 0xFAFF) || (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
              (code >= 0xFFE0 && code <= 0xFFE6) || (code >= 0x1F300 && code <= 0x1F64F) || (code >= 0x1F680 && code <= 0x1F6FF) ||
              (code >= 0x1F900 && code <= 0x1F9FF) || (code >= 0x20000 && code <= 0x3FFFD);
  return wide ? 2 : 1;
}

size_t sift_text_safe(struct sift_text *text, struct sift_span bytes, size_t columns) {
  size_t taken = 0;
  size_t cut_at = text->len; /* where "…" still fits */
  size_t cut_taken = 0;
  while (bytes.len > 0) {
    char room[SIFT_HARMLESS_BYTES];
    size_t len = 0;
    uint32_t code = 0;
    struct sift_span piece = sift_harmless_next(bytes, room, &len, &code);
    size_t wide = code == SIFT_NO_CHARACTER ? piece.len : columns_of(code);
    if (taken + wide > columns) {
      if (!text->failed && columns > 0) {
        text->len = cut_at;
        sift_text_put(text, "…");
        return cut_taken + 1;
      }
      return taken;
    }
    sift_text_append(text, piece);
    taken += wide;
    if (taken < columns) {
      cut_at = text->len;
      cut_taken = taken;
    }
    bytes = sift_span(bytes.data + len, bytes.len - len);
  }
  return taken;
}

void sift_text_column(struct sift_text *text, struct sift_span bytes, size_t width) {
  for (size_t taken = sift_text_safe(text, bytes, width); taken < width; taken++) {
    sift_text_put(text, " ");
  }
}

const char *sift_text_number(char *out, uint64_t value) {
  char digits[SIFT_NUMBER_BYTES];
  int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
  size_t at = 0;
  for (int i = 0; i < len; i++) {
    if (i > 0 && (len - i) % 3 == 0) {
      out[at++] = ',';
    }
    out[at++] = digits[i];
  }
  out[at] = '\0';
  return out;
}

const char *sift_text_bytes(char *out, uint64_t bytes) {
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  double value = (double)bytes;
  size_t unit = 0;
  while (value >= 999.95 && unit + 1 < sizeof units / sizeof units[0]) {
    value /= 1000;
    unit++;
  }
  snprintf(out, SIFT_NUMBER_BYTES, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return out;
}

unsigned sift_terminal_width(FILE *stream) {
  struct winsize size;
  int fd = fileno(stream);
  return fd >= 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

enum sift_status sift_text_write(const struct sift_text *text, FILE *stream) {
  if (text->failed) {
    return SIFT_ENOMEM;
  }
  return fwrite(text->bytes, 1, text->len, stream) == text->len ? SIFT_OK : SIFT_EIO;
}
