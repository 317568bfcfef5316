#include "tools/fleetgen/moment.h"

#include <assert.h>

enum { DAY_S = 86400, TIME_BYTES_MAX = 40 };

static void two(char *out, int64_t value) {
  out[0] = (char)('0' + value / 10 % 10);
  out[1] = (char)('0' + value % 10);
}

/* Days since 1970-01-01 to a civil date: Howard Hinnant's days_from_civil, turned round. */
static void day_set(struct sift_gen_day *day, int64_t number) {
  int64_t z = number + 719468;
  int64_t era = z / 146097;
  int64_t doe = z - era * 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int64_t mp = (5 * doy + 2) / 153;
  int64_t month = mp < 10 ? mp + 3 : mp - 9;
  int64_t year = yoe + era * 400 + (month <= 2);
  two(day->iso, year / 100);
  two(day->iso + 2, year);
  day->iso[4] = '-';
  two(day->iso + 5, month);
  day->iso[7] = '-';
  two(day->iso + 8, doy - (153 * mp + 2) / 5 + 1);
  day->number = number + 1;
}

static char *clock_put(char *out, int64_t second, char colon) {
  two(out, second / 3600);
  two(out + 3, second / 60 % 60);
  two(out + 6, second % 60);
  out[2] = out[5] = colon;
  return out + 8;
}

static char *fraction_put(char *out, char point, int64_t value, unsigned digits) {
  *out++ = point;
  for (unsigned i = digits; i > 0; i--) {
    out[i - 1] = (char)('0' + value % 10);
    value /= 10;
  }
  return out + digits;
}

static char *date_put(char *out, const struct sift_gen_day *day, char separator) {
  memcpy(out, day->iso, sizeof(day->iso));
  out[4] = out[7] = separator;
  return out + sizeof(day->iso);
}

static char *apache_put(char *out, const struct sift_gen_day *day, int64_t second) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  int month = (day->iso[5] - '0') * 10 + day->iso[6] - '0';
  memcpy(out, day->iso + 8, 2);
  out[2] = out[6] = '/';
  memcpy(out + 3, months + (size_t)(month - 1) * 3, 3);
  memcpy(out + 7, day->iso, 4);
  out[11] = ':';
  out = clock_put(out + 12, second, ':');
  memcpy(out, " +0000", sizeof(" +0000"));
  return out + sizeof(" +0000") - 1;
}

static char *iso_put(char *out, const struct sift_gen_day *day, int64_t second, char between) {
  out = date_put(out, day, '-');
  *out++ = between;
  return clock_put(out, second, ':');
}

void sift_gen_time_put(struct sift_gen_text *text, struct sift_gen_day *day, int64_t time_ns, enum sift_gen_time_form form) {
  assert(time_ns >= 0 && form < SIFT_GEN_TIMES);
  int64_t unix_s = time_ns / 1000000000;
  int64_t second = unix_s % DAY_S;
  int64_t micro = time_ns % 1000000000 / 1000;
  if (form == SIFT_GEN_TIME_EPOCH) {
    sift_gen_text_number(text, (uint64_t)unix_s, 0);
    sift_gen_text_put(text, ".", 1);
    sift_gen_text_number(text, (uint64_t)(micro / 1000), 3);
    return;
  }
  char *room = sift_gen_text_room(text, TIME_BYTES_MAX);
  if (room == NULL) {
    return;
  }
  if (unix_s / DAY_S + 1 != day->number) {
    day_set(day, unix_s / DAY_S);
  }
  char *end = room;
  switch (form) {
  case SIFT_GEN_TIME:
    end = iso_put(room, day, second, ' ');
    break;
  case SIFT_GEN_TIME_COMMA:
    end = fraction_put(iso_put(room, day, second, ' '), ',', micro / 1000, 3);
    break;
  case SIFT_GEN_TIME_DOT:
    end = fraction_put(iso_put(room, day, second, ' '), '.', micro / 1000, 3);
    break;
  case SIFT_GEN_TIME_ZULU:
    end = fraction_put(iso_put(room, day, second, 'T'), '.', micro / 1000, 3);
    *end++ = 'Z';
    break;
  case SIFT_GEN_TIME_MICRO:
    end = fraction_put(iso_put(room, day, second, 'T'), '.', micro, 6);
    *end++ = 'Z';
    break;
  case SIFT_GEN_TIME_SECOND:
    end = iso_put(room, day, second, 'T');
    *end++ = 'Z';
    break;
  case SIFT_GEN_TIME_CLOCK:
    end = clock_put(room, second, ':');
    break;
  case SIFT_GEN_TIME_APACHE:
    end = apache_put(room, day, second);
    break;
  case SIFT_GEN_TIME_SLASH:
    end = date_put(room, day, '/');
    *end++ = ' ';
    end = clock_put(end, second, ':');
    break;
  case SIFT_GEN_TIME_FILE:
    end = date_put(room, day, '-');
    *end++ = 'T';
    end = fraction_put(clock_put(end, second, '_'), '_', micro / 1000, 3);
    *end++ = 'Z';
    break;
  default:
    break;
  }
  text->len += (size_t)(end - room);
}
