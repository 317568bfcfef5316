#include "tools/measure/plot.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH = 460, HEIGHT = 260, LEFT = 56, RIGHT = 12, TOP = 28, BOTTOM = 44, TICKS = 5 };

void sift_plot_add(struct sift_plot_line *line, double x, double y) {
  if (line->count < SIFT_PLOT_POINTS_MAX && x > 0 && isfinite(y)) {
    line->x[line->count] = x;
    line->y[line->count++] = y;
  }
}

struct frame {
  double x_low, x_high, y_high;
};

static bool find_frame(struct frame *frame, const struct sift_plot *plot) {
  *frame = (struct frame){INFINITY, 0, 0};
  for (size_t i = 0; i < plot->count; i++) {
    for (size_t k = 0; k < plot->lines[i].count; k++) {
      frame->x_low = fmin(frame->x_low, plot->lines[i].x[k]);
      frame->x_high = fmax(frame->x_high, plot->lines[i].x[k]);
      frame->y_high = fmax(frame->y_high, plot->lines[i].y[k]);
    }
  }
  return frame->x_high > 0;
}

/* The smallest of 1, 2, 5 times a power of ten that is no less than `value`. */
static double round_step(double value) {
  double power = pow(10, floor(log10(value > 0 ? value : 1)));
  double share = value / power;
  return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

static double place_x(const struct frame *frame, double x) {
  double span = log(frame->x_high / frame->x_low);
  double share = span > 0 ? log(x / frame->x_low) / span : 0.5;
  return LEFT + share * (WIDTH - LEFT - RIGHT);
}

static double place_y(const struct frame *frame, double y) {
  return HEIGHT - BOTTOM - (frame->y_high > 0 ? y / frame->y_high : 0) * (HEIGHT - TOP - BOTTOM);
}

static void put_x_mark(struct sift_text *text, const struct sift_plot *plot, const struct frame *frame, double x) {
  char mark[32];
  if (plot->binary) {
    snprintf(mark, sizeof mark, x >= 1024 * 1024 ? "%.0f MiB" : "%.0f KiB", x >= 1024 * 1024 ? x / (1024 * 1024) : x / 1024);
  } else {
    snprintf(mark, sizeof mark, "%.0f", x);
  }
  sift_text_format(text, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", place_x(frame, x), HEIGHT - BOTTOM + 16,
                   mark);
}

static void put_axes(struct sift_text *text, const struct sift_plot *plot, const struct frame *frame, double step) {
  for (unsigned i = 0; i * step <= frame->y_high * 1.0001; i++) {
    double y = i * step;
    double at = place_y(frame, y);
    sift_text_format(text, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDTH - RIGHT, at, at);
    sift_text_format(text, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.6g</text>", LEFT - 6, at + 4, y);
  }
  const struct sift_plot_line *longest = &plot->lines[0];
  for (size_t i = 1; i < plot->count; i++) {
    longest = plot->lines[i].count > longest->count ? &plot->lines[i] : longest;
  }
  for (size_t i = 0; i < longest->count; i++) {
    put_x_mark(text, plot, frame, longest->x[i]);
  }
  sift_text_format(text, "<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", WIDTH - RIGHT, HEIGHT - 10,
                   plot->x_name);
  sift_text_format(text, "<text class=\"name\" x=\"4\" y=\"14\">%s</text>", plot->y_name);
}

static void put_line(struct sift_text *text, const struct sift_plot_line *line, const struct frame *frame, size_t number) {
  sift_text_format(text, "<polyline class=\"l%zu\" points=\"", number);
  for (size_t i = 0; i < line->count; i++) {
    sift_text_format(text, "%s%.1f,%.1f", i > 0 ? " " : "", place_x(frame, line->x[i]), place_y(frame, line->y[i]));
  }
  sift_text_put(text, "\"/>");
  for (size_t i = 0; i < line->count; i++) {
    sift_text_format(text, "<circle class=\"l%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%.6g</title></circle>", number,
                     place_x(frame, line->x[i]), place_y(frame, line->y[i]), line->y[i]);
  }
  sift_text_format(text, "<text class=\"t%zu\" x=\"%d\" y=\"%d\">%s</text>", number, LEFT + 8 + 130 * (int)number, HEIGHT - 10,
                   line->name);
}

void sift_plot_svg(struct sift_text *text, const struct sift_plot *plot) {
  struct frame frame;
  if (!find_frame(&frame, plot)) {
    return;
  }
  double step = round_step(frame.y_high / TICKS);
  frame.y_high = step * ceil(frame.y_high / step);
  sift_text_format(text, "<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                   plot->title, WIDTH, HEIGHT, plot->title);
  put_axes(text, plot, &frame, step);
  for (size_t i = 0; i < plot->count; i++) {
    if (plot->lines[i].count > 0) {
      put_line(text, &plot->lines[i], &frame, i);
    }
  }
  sift_text_put(text, "</svg></figure>\n");
}

void sift_html_escape(struct sift_text *text, struct sift_span bytes) {
  for (size_t i = 0; i < bytes.len; i++) {
    unsigned char c = (unsigned char)bytes.data[i];
    switch (c) {
    case '<':
      sift_text_put(text, "&lt;");
      break;
    case '>':
      sift_text_put(text, "&gt;");
      break;
    case '&':
      sift_text_put(text, "&amp;");
      break;
    case '"':
      sift_text_put(text, "&quot;");
      break;
    case '\'':
      sift_text_put(text, "&#39;");
      break;
    default:
      if (c < 0x20 || c == 0x7f) {
        sift_text_put(text, "\xef\xbf\xbd");
      } else {
        sift_text_append(text, sift_span(bytes.data + i, 1));
      }
    }
  }
}
