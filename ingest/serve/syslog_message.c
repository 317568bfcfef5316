#include "ingest/serve/syslog_message.h"

#include <assert.h>

#include "engine/space.h"
#include "engine/stamp.h"

enum {
  DEFAULT_PRI = 13, /* user.notice, as RFC 3164 section 4.3.3 has it */
  PRI_MAX = 191,
  BSD_DATE_BYTES = 15, /* Mmm dd hh:mm:ss */
  TAG_BYTES_MAX = 128, /* RFC 3164 allows 32; programs' names are longer in the wild */
};

static const char byte_order_mark[] = "\xef\xbb\xbf";

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static struct sift_span behind(struct sift_span span, size_t len) {
  return sift_span(span.data + len, span.len - len);
}

/* Up to the next blank, which is taken away too. */
static struct sift_span take_token(struct sift_span *rest) {
  const char *blank = rest->len > 0 ? memchr(rest->data, ' ', rest->len) : NULL;
  size_t len = blank != NULL ? (size_t)(blank - rest->data) : rest->len;
  struct sift_span token = sift_span(rest->data, len);
  *rest = behind(*rest, blank != NULL ? len + 1 : len);
  return token;
}

static struct sift_span or_nil(struct sift_span token) {
  bool nil = token.len == 0 || (token.len == 1 && token.data[0] == '-');
  return nil ? sift_span(NULL, 0) : token;
}

/* "<PRI>", one to three digits; true where there is one. */
static bool take_pri(struct sift_span *rest, struct sift_syslog_message *out) {
  unsigned pri = 0;
  size_t at = 1;
  out->facility = DEFAULT_PRI / 8;
  out->severity = DEFAULT_PRI % 8;
  if (rest->len < 3 || rest->data[0] != '<') {
    return false;
  }
  for (; at < rest->len && at <= 3 && is_digit(rest->data[at]); at++) {
    pri = pri * 10 + (unsigned)(rest->data[at] - '0');
  }
  if (at == 1 || at == rest->len || rest->data[at] != '>' || pri > PRI_MAX) {
    return false;
  }
  out->facility = pri / 8;
  out->severity = pri % 8;
  *rest = behind(*rest, at + 1);
  return true;
}

/* Length of one element of structured data from its '[' on, or 0 where it is none. */
static size_t element_len(struct sift_span rest) {
  bool quoted = false;
  for (size_t i = 1; i < rest.len; i++) {
    char c = rest.data[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted && c == '\\') {
      i++;
    } else if (!quoted && c == ']') {
      return i > 1 ? i + 1 : 0;
    }
  }
  return 0;
}

/* "-" or elements; what is neither is the begin of the text. */
static struct sift_span take_data(struct sift_span *rest) {
  size_t len = 0;
  while (len < rest->len && rest->data[len] == '[') {
    size_t element = element_len(behind(*rest, len));
    if (element == 0) {
      break;
    }
    len += element;
  }
  struct sift_span data = len > 0 ? sift_span(rest->data, len) : sift_span(NULL, 0);
  bool nil = len == 0 && rest->len > 0 && rest->data[0] == '-' && (rest->len == 1 || rest->data[1] == ' ');
  size_t used = nil ? 1 : len;
  used += used > 0 && used < rest->len && rest->data[used] == ' ';
  *rest = behind(*rest, used);
  return data;
}

/* Version and time are what tells RFC 5424 from a text that begins with a number. */
static bool has_version(struct sift_span rest) {
  size_t at = 0;
  while (at < rest.len && at < 3 && is_digit(rest.data[at])) {
    at++;
  }
  if (at == 0 || rest.data[0] == '0' || at + 1 >= rest.len || rest.data[at] != ' ') {
    return false;
  }
  struct sift_span time = behind(rest, at + 1);
  return sift_span_starts(time, "- ") || (time.len > 10 && is_digit(time.data[0]) && time.data[4] == '-' && time.data[10] == 'T');
}

static void read_5424(struct sift_span rest, struct sift_syslog_message *out) {
  (void)take_token(&rest);
  out->time_ns = sift_stamp_read(take_token(&rest), SIFT_TIME_NONE);
  out->host = or_nil(take_token(&rest));
  out->app = or_nil(take_token(&rest));
  out->procid = or_nil(take_token(&rest));
  out->msgid = or_nil(take_token(&rest));
  out->data = take_data(&rest);
  /* rsyslog puts the blank that stood behind a tag into the text. */
  bool stray_blank = rest.len > 1 && rest.data[0] == ' ' && rest.data[1] != ' ';
  out->text = behind(rest, stray_blank);
}

/* Mmm dd hh:mm:ss, perhaps with a fraction or a colon behind. */
static bool take_bsd_date(struct sift_span *rest, int64_t now_ns, struct sift_syslog_message *out) {
  if (rest->len < BSD_DATE_BYTES || rest->data[3] != ' ' || rest->data[6] != ' ' || rest->data[9] != ':') {
    return false;
  }
  out->time_ns = sift_stamp_read(sift_span(rest->data, BSD_DATE_BYTES), now_ns);
  if (out->time_ns == SIFT_TIME_NONE) {
    return false;
  }
  size_t at = BSD_DATE_BYTES;
  if (at < rest->len && rest->data[at] == '.') {
    for (at++; at < rest->len && is_digit(rest->data[at]); at++) {}
  }
  at += at < rest->len && rest->data[at] == ':';
  at += at < rest->len && rest->data[at] == ' ';
  *rest = behind(*rest, at);
  return true;
}

/* yyyy-mm-ddThh:mm:ss…, as rsyslog's and syslog-ng's ISO formats have it. */
static bool take_iso_date(struct sift_span *rest, struct sift_syslog_message *out) {
  if (rest->len < 19 || rest->data[4] != '-' || rest->data[10] != 'T') {
    return false;
  }
  struct sift_span behind_date = *rest;
  int64_t time_ns = sift_stamp_read(take_token(&behind_date), SIFT_TIME_NONE);
  if (time_ns == SIFT_TIME_NONE) {
    return false;
  }
  out->time_ns = time_ns;
  *rest = behind_date;
  return true;
}

/* "TAG[pid]: " or "TAG: "; what has no such form is text. One blank behind the colon is no part of the text. */
static bool take_tag(struct sift_span *rest, struct sift_syslog_message *out) {
  size_t at = 0;
  while (at < rest->len && at < TAG_BYTES_MAX && rest->data[at] > ' ' && rest->data[at] != ':' && rest->data[at] != '[') {
    at++;
  }
  if (at == 0 || at == rest->len || at == TAG_BYTES_MAX) {
    return false;
  }
  struct sift_span app = sift_span(rest->data, at);
  struct sift_span procid = sift_span(NULL, 0);
  if (rest->data[at] == '[') {
    const char *end = memchr(rest->data + at, ']', rest->len - at < TAG_BYTES_MAX ? rest->len - at : TAG_BYTES_MAX);
    if (end == NULL) {
      return false;
    }
    procid = or_nil(sift_span(rest->data + at + 1, (size_t)(end - rest->data) - at - 1));
    at = (size_t)(end - rest->data) + 1;
    at += at < rest->len && rest->data[at] == ':';
  } else if (rest->data[at] == ':') {
    at++;
  } else {
    return false;
  }
  if (at < rest->len && rest->data[at] != ' ') {
    return false;
  }
  out->app = or_nil(app);
  out->procid = procid;
  *rest = behind(*rest, at < rest->len ? at + 1 : at);
  return true;
}

/* Behind the date: "HOST TAG: text", or without the host, as programs write to /dev/log. */
static void read_3164(struct sift_span rest, struct sift_syslog_message *out) {
  if (!take_tag(&rest, out)) {
    struct sift_span behind_host = rest;
    struct sift_span host = take_token(&behind_host);
    if (host.len > 0 && behind_host.len > 0) {
      out->host = or_nil(host);
      rest = behind_host;
      (void)take_tag(&rest, out);
    }
  }
  out->text = rest;
}

static struct sift_span without_end(struct sift_span frame) {
  while (frame.len > 0 &&
         (frame.data[frame.len - 1] == '\n' || frame.data[frame.len - 1] == '\r' || frame.data[frame.len - 1] == '\0')) {
    frame.len--;
  }
  return frame;
}

static struct sift_span without_mark(struct sift_span text) {
  if (text.len == 0) {
    return sift_span("", 0);
  }
  return sift_span_starts(text, byte_order_mark) ? behind(text, sizeof byte_order_mark - 1) : text;
}

void sift_syslog_message_read(struct sift_span frame, int64_t now_ns, struct sift_syslog_message *out) {
  *out = (struct sift_syslog_message){.time_ns = SIFT_TIME_NONE};
  struct sift_span rest = without_mark(without_end(frame));
  bool pri = take_pri(&rest, out);
  out->header = true;
  if (pri && has_version(rest)) {
    read_5424(rest, out);
  } else if (take_bsd_date(&rest, now_ns, out) || (pri && take_iso_date(&rest, out))) {
    read_3164(rest, out);
  } else {
    out->header = pri;
    out->time_ns = sift_stamp_read(rest, SIFT_TIME_NONE);
    out->text = rest;
  }
  out->text = without_mark(out->text);
}

const char *sift_syslog_facility_name(unsigned facility) {
  static const char *const names[] = {"kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
                                      "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
                                      "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
  assert(facility < sizeof names / sizeof names[0]);
  return names[facility];
}

const char *sift_syslog_severity_name(unsigned severity) {
  static const char *const names[] = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};
  assert(severity < sizeof names / sizeof names[0]);
  return names[severity];
}

static bool same_id(struct sift_span element_id, struct sift_span id) {
  if (element_id.len > id.len && element_id.data[id.len] == '@' && memchr(id.data, '@', id.len) == NULL) {
    element_id.len = id.len;
  }
  return sift_span_equal(element_id, id);
}

/* The next name="value" of an element, of which `rest` is what follows its ID up to the ']'. False at the end. */
static bool take_parameter(struct sift_span *rest, struct sift_span *name, struct sift_span *value) {
  while (rest->len > 0 && rest->data[0] == ' ') {
    *rest = behind(*rest, 1);
  }
  const char *equals = rest->len > 0 ? memchr(rest->data, '=', rest->len) : NULL;
  if (equals == NULL) {
    return false;
  }
  *name = sift_span(rest->data, (size_t)(equals - rest->data));
  *rest = behind(*rest, name->len + 1);
  if (rest->len == 0 || rest->data[0] != '"') {
    return false;
  }
  size_t len = 1;
  while (len < rest->len && rest->data[len] != '"') {
    len += rest->data[len] == '\\' ? 2 : 1;
  }
  if (len >= rest->len) {
    return false;
  }
  *value = sift_span(rest->data + 1, len - 1);
  *rest = behind(*rest, len + 1);
  return true;
}

struct sift_span sift_syslog_parameter(struct sift_span data, struct sift_span id, struct sift_span name) {
  while (data.len > 0) {
    size_t len = element_len(data);
    if (len == 0) {
      break;
    }
    struct sift_span rest = sift_span(data.data + 1, len - 2);
    struct sift_span element_id = take_token(&rest);
    struct sift_span key;
    struct sift_span value;
    while (same_id(element_id, id) && take_parameter(&rest, &key, &value)) {
      if (sift_span_equal(key, name)) {
        return value;
      }
    }
    data = behind(data, len);
  }
  return sift_span(NULL, 0);
}

size_t sift_syslog_unescape(struct sift_span value, char *out) {
  size_t len = 0;
  for (size_t i = 0; i < value.len; i++) {
    bool escape =
        value.data[i] == '\\' && i + 1 < value.len && strchr("\"\\]", value.data[i + 1]) != NULL && value.data[i + 1] != '\0';
    i += escape;
    out[len++] = value.data[i];
  }
  return len;
}

/* The control character that stands at `at` as '#' and three octal digits, or -1. */
static int octal_escape(const char *at, const char *end) {
  if (end - at < 4 || at[1] > '1' || at[1] < '0' || at[2] < '0' || at[2] > '7' || at[3] < '0' || at[3] > '7') {
    return -1;
  }
  int c = (at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0');
  return c < 0x20 || c == 0x7f ? c : -1;
}

size_t sift_syslog_unfold(char *text, size_t len) {
  const char *end = text + len;
  char *to = text;
  const char *from = text;
  while (from < end) {
    const char *mark = memchr(from, '#', (size_t)(end - from));
    size_t plain = mark != NULL ? (size_t)(mark - from) : (size_t)(end - from);
    if (to != from) {
      memmove(to, from, plain);
    }
    to += plain;
    from += plain;
    if (mark != NULL) {
      int c = octal_escape(from, end);
      *to++ = c >= 0 ? (char)c : '#';
      from += c >= 0 ? 4 : 1;
    }
  }
  return (size_t)(to - text);
}
