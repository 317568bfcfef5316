#include "engine/stamp.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "engine/space.h"

enum {
  LOOK_BYTES = 128,        /* a time that begins later in the line belongs to the message */
  CIVIL_BYTES = 19,        /* YYYY-MM-DD hh:mm:ss */
  SYSLOG_BYTES = 15,       /* Mmm dd hh:mm:ss */
  FRACTION_BYTES_MAX = 30, /* digits beyond are no fraction of a second */
  YEAR_MIN = 1990,
  YEAR_MAX = 2100,
  DAY_SECONDS = 86400,
};

#define NS_PER_S INT64_C(1000000000)

struct civil {
  int year, month, day, hour, minute, second;
};

#define MANTISSA_MAX ((INT64_MAX - 9) / 10) /* up to here one digit more fits */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Two digits as a number, or -1. */
static int two_digits(const char *text) {
  return is_digit(text[0]) && is_digit(text[1]) ? (text[0] - '0') * 10 + (text[1] - '0') : -1;
}

static bool leap_year(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap_year(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01 in the Gregorian calendar, counted in eras of 400 years that begin in March (Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", days_from_civil). */
static int64_t days_from_civil(int year, int month, int day) {
  int64_t shifted = month <= 2 ? year - 1 : year;
  int64_t era = shifted / 400;
  int64_t year_of_era = shifted - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

/* A leap second counts as the one before it: Unix time has no other place for it. */
static bool civil_to_ns(struct civil t, int64_t *out) {
  if (t.year < YEAR_MIN || t.year > YEAR_MAX || t.month < 1 || t.month > 12 || t.day < 1 ||
      t.day > days_in_month(t.year, t.month) || t.hour < 0 || t.hour > 23 || t.minute < 0 || t.minute > 59 || t.second < 0 ||
      t.second > 60) {
    return false;
  }
  int64_t clock = (t.hour * 60 + t.minute) * INT64_C(60) + (t.second == 60 ? 59 : t.second);
  *out = (days_from_civil(t.year, t.month, t.day) * DAY_SECONDS + clock) * NS_PER_S;
  return true;
}

static bool ns_in_range(int64_t ns) {
  static const int64_t first_s = INT64_C(631152000);   /* 1990-01-01 */
  static const int64_t behind_s = INT64_C(4133980800); /* 2101-01-01 */
  return ns >= first_s * NS_PER_S && ns < behind_s * NS_PER_S;
}

/* hh:mm:ss at `text`, eight bytes. */
static bool read_clock(const char *text, struct civil *t) {
  if (text[2] != ':' || text[5] != ':') {
    return false;
  }
  t->hour = two_digits(text);
  t->minute = two_digits(text + 3);
  t->second = two_digits(text + 6);
  return t->hour >= 0 && t->minute >= 0 && t->second >= 0;
}

/* A fraction of a second behind '.' or ',': nanoseconds, and how many bytes it takes. */
static size_t read_fraction(struct sift_span rest, int64_t *ns) {
  *ns = 0;
  if (rest.len < 2 || (rest.data[0] != '.' && rest.data[0] != ',') || !is_digit(rest.data[1])) {
    return 0;
  }
  int64_t unit = NS_PER_S / 10;
  size_t at = 1;
  for (; at < rest.len && at <= FRACTION_BYTES_MAX && is_digit(rest.data[at]); at++, unit /= 10) {
    *ns += (rest.data[at] - '0') * unit;
  }
  return at;
}

/* Seconds east of UTC from +hh:mm or +hhmm, with at most one blank before it; 0 where there is none. False where a zone stands
 * there that is none on Earth, so that the moment is not known. Four digits behind a blank may be any number. */
static bool read_zone(struct sift_span rest, int64_t *seconds) {
  *seconds = 0;
  bool apart = rest.len > 0 && rest.data[0] == ' ';
  if (apart) {
    rest = sift_span(rest.data + 1, rest.len - 1);
  }
  if (rest.len < 5 || (rest.data[0] != '+' && rest.data[0] != '-')) {
    return true;
  }
  bool colon = rest.data[3] == ':';
  size_t minutes_at = colon ? 4 : 3;
  if (rest.len < minutes_at + 2 || (rest.len > minutes_at + 2 && is_digit(rest.data[minutes_at + 2]))) {
    return true;
  }
  int hours = two_digits(rest.data + 1);
  int minutes = two_digits(rest.data + minutes_at);
  if (hours < 0 || minutes < 0) {
    return true;
  }
  if (hours > 23 || minutes > 59) {
    return apart && !colon;
  }
  *seconds = (hours * INT64_C(60) + minutes) * (rest.data[0] == '-' ? -60 : 60);
  return true;
}

/* YYYY-MM-DD hh:mm:ss with what may follow, at `at`, where CIVIL_BYTES stand. */
static int64_t read_civil(struct sift_span line, size_t at) {
  const char *text = line.data + at;
  if (text[7] != '-' || (text[10] != 'T' && text[10] != ' ' && text[10] != 't')) {
    return SIFT_TIME_NONE;
  }
  int century = two_digits(text);
  int year = two_digits(text + 2);
  struct civil t = {.year = century * 100 + year, .month = two_digits(text + 5), .day = two_digits(text + 8)};
  int64_t ns = 0;
  if (century < 0 || year < 0 || !read_clock(text + 11, &t) || !civil_to_ns(t, &ns)) {
    return SIFT_TIME_NONE;
  }
  int64_t fraction = 0;
  size_t behind = at + CIVIL_BYTES;
  behind += read_fraction(sift_span(line.data + behind, line.len - behind), &fraction);
  int64_t zone = 0;
  if (!read_zone(sift_span(line.data + behind, line.len - behind), &zone)) {
    return SIFT_TIME_NONE;
  }
  ns += fraction - zone * NS_PER_S;
  return ns_in_range(ns) ? ns : SIFT_TIME_NONE;
}

static int read_month(const char *text) {
  static const char names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (int i = 0; i < 12; i++) {
    if (memcmp(names[i], text, 3) == 0) {
      return i + 1;
    }
  }
  return 0;
}

static int year_of(int64_t ns);

/* RFC 3164 writes no year: the one that brings the time nearest to `near_ns` is meant. */
static int64_t read_syslog(struct sift_span line, int64_t near_ns) {
  if (near_ns == SIFT_TIME_NONE || line.len < SYSLOG_BYTES || line.data[3] != ' ' || line.data[6] != ' ') {
    return SIFT_TIME_NONE;
  }
  char day[2] = {line.data[4] == ' ' ? '0' : line.data[4], line.data[5]};
  struct civil t = {.month = read_month(line.data), .day = two_digits(day)};
  if (t.month == 0 || !read_clock(line.data + 7, &t)) {
    return SIFT_TIME_NONE;
  }
  int64_t best = SIFT_TIME_NONE;
  uint64_t best_distance = UINT64_MAX;
  int near_year = year_of(near_ns);
  for (t.year = near_year - 1; t.year <= near_year + 1; t.year++) {
    int64_t ns = 0;
    if (!civil_to_ns(t, &ns)) {
      continue;
    }
    uint64_t distance = ns > near_ns ? (uint64_t)ns - (uint64_t)near_ns : (uint64_t)near_ns - (uint64_t)ns;
    if (distance < best_distance) {
      best = ns;
      best_distance = distance;
    }
  }
  return best;
}

int64_t sift_stamp_read(struct sift_span line, int64_t near_ns) {
  int64_t syslog = read_syslog(line, near_ns);
  if (syslog != SIFT_TIME_NONE) {
    return syslog;
  }
  size_t look = line.len < LOOK_BYTES ? line.len : LOOK_BYTES;
  if (look < CIVIL_BYTES) {
    return SIFT_TIME_NONE;
  }
  /* The dash behind the year is the rare byte to go by. */
  const char *end = line.data + look - (CIVIL_BYTES - 1 - 4);
  for (const char *dash = line.data + 4; dash < end; dash++) {
    dash = memchr(dash, '-', (size_t)(end - dash));
    if (dash == NULL) {
      break;
    }
    size_t at = (size_t)(dash - line.data) - 4;
    int64_t ns = at > 0 && is_digit(line.data[at - 1]) ? SIFT_TIME_NONE : read_civil(line, at);
    if (ns != SIFT_TIME_NONE) {
      return ns;
    }
  }
  return SIFT_TIME_NONE;
}

/* A JSON number as mantissa × 10^power; digits that do not fit only count as places. */
struct decimal {
  int64_t mantissa;
  int power;
};

static const char *read_digits(const char *text, const char *end, struct decimal *number, bool fraction) {
  for (; text < end && is_digit(*text); text++) {
    if (number->mantissa <= MANTISSA_MAX) {
      number->mantissa = number->mantissa * 10 + (*text - '0');
      number->power -= fraction;
    } else if (number->power < INT_MAX / 2) {
      number->power += !fraction;
    }
  }
  return text;
}

static const char *read_exponent(const char *text, const char *end, struct decimal *number) {
  bool negative = text < end && *text == '-';
  if (text < end && (*text == '-' || *text == '+')) {
    text++;
  }
  int exponent = 0;
  for (; text < end && is_digit(*text); text++) {
    exponent = exponent < 1000 ? exponent * 10 + (*text - '0') : exponent;
  }
  number->power += negative ? -exponent : exponent;
  return text;
}

static bool read_decimal(struct sift_span value, struct decimal *number) {
  const char *end = value.data + value.len;
  *number = (struct decimal){0};
  const char *text = read_digits(value.data, end, number, false);
  if (text == value.data) {
    return false;
  }
  if (text < end && *text == '.') {
    text = read_digits(text + 1, end, number, true);
  }
  if (text < end && (*text == 'e' || *text == 'E')) {
    text = read_exponent(text + 1, end, number);
  }
  return text == end;
}

/* mantissa × 10^power, or false where it does not fit. */
static bool scale(struct decimal number, int64_t *out) {
  *out = number.mantissa;
  for (int i = 0; i < number.power && *out != 0; i++) {
    if (__builtin_mul_overflow(*out, INT64_C(10), out)) {
      return false;
    }
  }
  for (int i = 0; i > number.power && *out != 0; i--) {
    *out /= 10;
  }
  return true;
}

/* The years 1990 to 2100 lie a factor of 6.6 apart, the units 1000: at most one unit fits. */
static int64_t ns_of_decimal(struct decimal number) {
  static const int powers[] = {9, 6, 3, 0};
  for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++) {
    struct decimal scaled = {number.mantissa, number.power + powers[i]};
    int64_t ns = 0;
    if (scale(scaled, &ns) && ns_in_range(ns)) {
      return ns;
    }
  }
  return SIFT_TIME_NONE;
}

int64_t sift_stamp_parse(struct sift_span value) {
  while (value.len > 0 && value.data[0] == ' ') {
    value = sift_span(value.data + 1, value.len - 1);
  }
  while (value.len > 0 && value.data[value.len - 1] == ' ') {
    value.len--;
  }
  struct decimal number;
  if (value.len > 0 && read_decimal(value, &number)) {
    return ns_of_decimal(number);
  }
  return sift_stamp_read(value, SIFT_TIME_NONE);
}

/* The inverse of days_from_civil, from the same source. */
static struct civil civil_from_days(int64_t days) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted = (5 * day_of_year + 2) / 153;
  struct civil t = {.day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1)};
  t.month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
  t.year = (int)(year_of_era + era * 400 + (t.month <= 2));
  return t;
}

static int64_t floor_divide(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

static int year_of(int64_t ns) {
  return civil_from_days(floor_divide(ns, DAY_SECONDS * NS_PER_S)).year;
}

/* `digits` decimal digits of `value`, with leading zeros; returns what follows them. */
static char *put_digits(char *out, unsigned value, unsigned digits) {
  for (unsigned i = digits; i > 0; i--) {
    out[i - 1] = (char)('0' + value % 10);
    value /= 10;
  }
  return out + digits;
}

static char *put_after(char *out, char mark, unsigned value, unsigned digits) {
  *out = mark;
  return put_digits(out + 1, value, digits);
}

/* By hand: reports write millions of times, and snprintf() was a tenth of their cost. Years of an int64_t of nanoseconds
 * have four digits. */
size_t sift_stamp_format(int64_t time_ns, char *out) {
  char *at = out;
  if (time_ns != SIFT_TIME_NONE) {
    int64_t seconds = floor_divide(time_ns, NS_PER_S);
    int64_t remainder = time_ns % NS_PER_S;
    unsigned fraction = (unsigned)(remainder < 0 ? remainder + NS_PER_S : remainder);
    int64_t days = floor_divide(seconds, DAY_SECONDS);
    unsigned clock = (unsigned)(seconds - days * DAY_SECONDS);
    struct civil t = civil_from_days(days);
    at = put_digits(at, (unsigned)t.year, 4);
    at = put_after(at, '-', (unsigned)t.month, 2);
    at = put_after(at, '-', (unsigned)t.day, 2);
    at = put_after(at, 'T', clock / 3600, 2);
    at = put_after(at, ':', clock / 60 % 60, 2);
    at = put_after(at, ':', clock % 60, 2);
    if (fraction % 1000000 != 0) {
      at = put_after(at, '.', fraction, 9);
    } else if (fraction != 0) {
      at = put_after(at, '.', fraction / 1000000, 3);
    }
    *at++ = 'Z';
  }
  *at = '\0';
  return (size_t)(at - out);
}
