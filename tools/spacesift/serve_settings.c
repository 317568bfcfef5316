#include "tools/spacesift/serve_settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sift_serve_settings_init(struct sift_serve_settings *settings) {
  *settings = (struct sift_serve_settings){.config = sift_server_config_usual(), .log_level = SIFT_NOTE_INFO};
  sift_arena_init(&settings->arena);
}

void sift_serve_settings_release(struct sift_serve_settings *settings) {
  sift_arena_release(&settings->arena);
}

/* ---- values ---- */

enum kind { KIND_TEXT, KIND_SIZE, KIND_NUMBER, KIND_MILLISECONDS, KIND_NANOSECONDS, KIND_CHOICE, KIND_FLAG };

struct setting {
  const char *name;
  enum kind kind;
  size_t offset, width; /* of the field */
  uint64_t low, high;   /* NUMBER, SIZE in bytes, times in ms */
  const char *const *choices;
};

static const char *const overflows[] = {"block", "drop-newest", NULL};
static const char *const levels[] = {"debug", "info", "warning", "error", NULL};
static const char *const formats[] = {"text", "json", NULL};

#define FIELD(f) offsetof(struct sift_serve_settings, f), sizeof(((struct sift_serve_settings *)NULL)->f)
#define DAY_MS ((uint64_t)24 * 3600 * 1000)
#define GIB ((uint64_t)1024 * 1024 * 1024)
static const struct setting table[] = {
    {"rules", KIND_TEXT, FIELD(rules), 0, 0, NULL},
    {"no-cache", KIND_FLAG, FIELD(no_cache), 0, 0, NULL},
    {"facts", KIND_TEXT, FIELD(config.facts), 0, 0, NULL},
    {"status", KIND_TEXT, FIELD(config.status), 0, 0, NULL},
    {"data-dir", KIND_TEXT, FIELD(config.data_dir), 0, 0, NULL},
    {"http", KIND_TEXT, FIELD(config.http), 0, 0, NULL},
    {"http-token-file", KIND_TEXT, FIELD(config.token_file), 0, 0, NULL},
    {"jobs", KIND_NUMBER, FIELD(config.loops), 1, 256, NULL},
    {"memory-limit", KIND_SIZE, FIELD(config.memory_limit), 16 << 20, 1024 * GIB, NULL},
    {"overflow", KIND_CHOICE, FIELD(config.drop_newest), 0, 0, overflows},
    {"connections-max", KIND_NUMBER, FIELD(config.connections_max), 1, 1000000, NULL},
    {"frame-bytes-max", KIND_SIZE, FIELD(config.limits.frame_bytes_max), 4096, GIB, NULL},
    {"line-bytes-max", KIND_SIZE, FIELD(config.limits.line_bytes_max), 1024, 1 << 20, NULL},
    {"inflated-bytes-max", KIND_SIZE, FIELD(config.limits.inflated_bytes_max), 4096, GIB, NULL},
    {"window-log", KIND_NUMBER, FIELD(config.limits.window_log_max), 10, 31, NULL},
    {"frame-timeout", KIND_MILLISECONDS, FIELD(config.frame_timeout_ms), 0, DAY_MS, NULL},
    {"idle-timeout", KIND_MILLISECONDS, FIELD(config.idle_timeout_ms), 0, DAY_MS, NULL},
    {"gather", KIND_MILLISECONDS, FIELD(config.gather_ms), 1, 100, NULL},
    {"spaces-max", KIND_NUMBER, FIELD(config.spaces_max), 1, UINT32_MAX, NULL},
    {"view-interval", KIND_MILLISECONDS, FIELD(config.view_ms), 10, DAY_MS, NULL},
    {"checkpoint-interval", KIND_MILLISECONDS, FIELD(config.checkpoint_ms), 100, DAY_MS, NULL},
    {"segment-bytes", KIND_SIZE, FIELD(config.segment_bytes), 64 << 10, 64 * GIB, NULL},
    {"keep-bytes", KIND_SIZE, FIELD(config.keep_bytes), 0, UINT64_MAX / 2, NULL},
    {"keep-age", KIND_NANOSECONDS, FIELD(config.keep_age_ns), 0, 3650 * DAY_MS, NULL},
    {"chunk-age", KIND_NANOSECONDS, FIELD(config.chunk_age_ns), 1000, 365 * DAY_MS, NULL},
    {"log-level", KIND_CHOICE, FIELD(log_level), 0, 0, levels},
    {"log-format", KIND_CHOICE, FIELD(log_json), 0, 0, formats},
};
enum { SETTINGS = sizeof table / sizeof table[0] };
_Static_assert(SETTINGS <= 64, "each has a bit in `given`");

const char *sift_serve_setting_name(size_t index) {
  return index < SETTINGS ? table[index].name : NULL;
}

/* Digits and a unit out of `units`, each a multiplier. */
struct unit {
  const char *name;
  uint64_t factor;
};
static const struct unit sizes[] = {{"", 1}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {NULL, 0}};
static const struct unit times[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", DAY_MS}, {NULL, 0}};
static const struct unit plain[] = {{"", 1}, {NULL, 0}};

static bool parse(const char *text, const struct unit *units, uint64_t *out) {
  char *end = NULL;
  if (!isdigit((unsigned char)text[0])) {
    return false;
  }
  unsigned long long value = strtoull(text, &end, 10);
  for (; units->name != NULL; units++) {
    if (strcmp(end, units->name) == 0) {
      return !__builtin_mul_overflow((uint64_t)value, units->factor, out);
    }
  }
  return text[0] == '0' && text[1] == '\0' && (*out = 0, true); /* zero needs no unit */
}

static void store(struct sift_serve_settings *settings, const struct setting *setting, uint64_t value) {
  char *field = (char *)settings + setting->offset;
  switch (setting->width) {
  case 1:
    *(bool *)field = value != 0;
    break;
  case 4: {
    uint32_t narrow = (uint32_t)value;
    memcpy(field, &narrow, sizeof narrow);
    break;
  }
  default:
    memcpy(field, &value, sizeof value);
  }
}

static bool refuse(char error[SIFT_SERVE_ERROR_BYTES], const struct setting *setting, const char *wants, const char *value) {
  snprintf(error, SIFT_SERVE_ERROR_BYTES, "%s takes %s, not '%.100s'", setting->name, wants, value);
  return false;
}

static bool set_number(struct sift_serve_settings *settings, const struct setting *setting, const char *value,
                       char error[SIFT_SERVE_ERROR_BYTES]) {
  bool size = setting->kind == KIND_SIZE;
  bool time = setting->kind == KIND_MILLISECONDS || setting->kind == KIND_NANOSECONDS;
  uint64_t number = 0;
  if (!parse(value, size ? sizes : time ? times : plain, &number)) {
    return refuse(error, setting,
                  size   ? "a number of bytes, as in 65536, 64K, 512M or 2G"
                  : time ? "a time, as in 200ms, 30s, 5m, 12h or 7d"
                         : "a whole number",
                  value);
  }
  if (number < setting->low || number > setting->high) {
    char wants[128];
    snprintf(wants, sizeof wants, "%llu to %llu%s", (unsigned long long)setting->low, (unsigned long long)setting->high,
             size   ? " bytes"
             : time ? " ms"
                    : "");
    return refuse(error, setting, wants, value);
  }
  store(settings, setting, setting->kind == KIND_NANOSECONDS ? number * 1000000 : number);
  return true;
}

static bool set_choice(struct sift_serve_settings *settings, const struct setting *setting, const char *value,
                       char error[SIFT_SERVE_ERROR_BYTES]) {
  char wants[128] = "";
  for (uint64_t i = 0; setting->choices[i] != NULL; i++) {
    if (strcmp(setting->choices[i], value) == 0) {
      store(settings, setting, i);
      return true;
    }
    size_t len = strlen(wants);
    snprintf(wants + len, sizeof wants - len, "%s%s",
             i == 0                            ? ""
             : setting->choices[i + 1] == NULL ? " or "
                                               : ", ",
             setting->choices[i]);
  }
  return refuse(error, setting, wants, value);
}

static bool set_text(struct sift_serve_settings *settings, const struct setting *setting, const char *value,
                     char error[SIFT_SERVE_ERROR_BYTES]) {
  if (value[0] == '\0') {
    return refuse(error, setting, "a value", value);
  }
  const char *copy = sift_arena_copy(&settings->arena, sift_span_of(value));
  memcpy((char *)settings + setting->offset, &copy, sizeof copy);
  if (copy == NULL) {
    snprintf(error, SIFT_SERVE_ERROR_BYTES, "%s", sift_status_text(SIFT_ENOMEM));
  }
  return copy != NULL;
}

static bool set_one(struct sift_serve_settings *settings, const struct setting *setting, const char *value,
                    char error[SIFT_SERVE_ERROR_BYTES]) {
  switch (setting->kind) {
  case KIND_TEXT:
    return set_text(settings, setting, value, error);
  case KIND_CHOICE:
    return set_choice(settings, setting, value, error);
  case KIND_FLAG:
    if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0) {
      return refuse(error, setting, "true or false", value);
    }
    store(settings, setting, value[0] == 't');
    return true;
  default:
    return set_number(settings, setting, value, error);
  }
}

bool sift_serve_set(struct sift_serve_settings *settings, struct sift_span name, const char *value, bool by_option,
                    char error[SIFT_SERVE_ERROR_BYTES]) {
  for (size_t i = 0; i < SETTINGS; i++) {
    if (!sift_span_equal(name, sift_span_of(table[i].name))) {
      continue;
    }
    bool fixed = (settings->given >> i & 1) != 0;
    settings->given |= by_option ? (uint64_t)1 << i : 0;
    return (fixed && !by_option) || set_one(settings, &table[i], value, error);
  }
  snprintf(error, SIFT_SERVE_ERROR_BYTES, "there is no setting '%.*s': 'spacesift serve --help' lists them all", (int)name.len,
           name.data);
  return false;
}

bool sift_serve_listen(struct sift_serve_settings *settings, const char *url, char error[SIFT_SERVE_ERROR_BYTES]) {
  if (settings->listener_count == SIFT_LISTENERS_MAX) {
    snprintf(error, SIFT_SERVE_ERROR_BYTES, "at most %d listeners can be had", SIFT_LISTENERS_MAX);
    return false;
  }
  struct sift_listener_config *listener = &settings->listeners[settings->listener_count];
  if (sift_listener_parse(listener, &settings->arena, url, error) != SIFT_OK) {
    return false;
  }
  settings->listener_count++;
  return true;
}
