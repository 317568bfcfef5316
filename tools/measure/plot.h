/* A drawing of lines over a logarithmic axis, as SVG within a page. */
#ifndef SIFT_MEASURE_PLOT_H
#define SIFT_MEASURE_PLOT_H

#include "tools/spacesift/terminal.h"

enum { SIFT_PLOT_POINTS_MAX = 32, SIFT_PLOT_LINES_MAX = 4 };

struct sift_plot_line {
  const char *name;                                        /* our own words */
  double x[SIFT_PLOT_POINTS_MAX], y[SIFT_PLOT_POINTS_MAX]; /* x above 0 */
  size_t count;
};

struct sift_plot {
  const char *title, *x_name, *y_name; /* our own words */
  bool binary;                         /* x is told as KiB and MiB */
  struct sift_plot_line lines[SIFT_PLOT_LINES_MAX];
  size_t count;
};

/* Adds a point to a line; more than there is room for are left out. */
void sift_plot_add(struct sift_plot_line *line, double x, double y);

/* Writes the drawing; nothing where no line has a point. */
void sift_plot_svg(struct sift_text *text, const struct sift_plot *plot);

/* Appends bytes from outside to a page: markup in them becomes text, control characters become U+FFFD. */
void sift_html_escape(struct sift_text *text, struct sift_span bytes);

#endif
