#include "signing/report/life_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/printable.h"
#include "signing/report/report_words.h"
#include "signing/report/time_axis.h"

namespace shomei::signing {
namespace {

using std::chrono::days;
using std::chrono::seconds;

// Units of the picture: about pixels of a page 960 wide.
constexpr double kWidth = 960;
constexpr double kLeft = 216;
constexpr double kRight = 944;
constexpr double kSign = 10;
constexpr double kSignGap = 25;
constexpr double kBand = 44;
constexpr double kLane = 13;
constexpr double kTallLane = 17;
constexpr std::size_t kMaxLanes = 4;
constexpr std::size_t kMaxRows = 24;
constexpr std::size_t kMaxBars = 120;
constexpr std::size_t kMaxSigns = 26;
constexpr std::size_t kNameColumns = 30;

struct NumberedEvent {
  std::size_t number;
  const LifeEvent* event;
};

Literal bar_class(LifeRow::Kind kind) {
  switch (kind) {
    case LifeRow::Kind::kSigner: return "b-signer";
    case LifeRow::Kind::kCa:
    case LifeRow::Kind::kRoot: return "b-ca";
    case LifeRow::Kind::kTsa: return "b-tsa";
    case LifeRow::Kind::kCrl:
    case LifeRow::Kind::kOcsp: return "b-list";
    case LifeRow::Kind::kOther: break;
  }
  return "b-other";
}

/// Shape and class of a sign: round for what is a moment, square for what speaks against the signature, with a corner
/// up for an end that lies ahead.
Markup sign(const LifeEvent& event, std::size_t number, double x, double y) {
  const auto shaped = [&](Literal shape_class, Literal text_class, const Markup& shape) {
    return fill("<g class=\"{}\">{}<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text></g>",
                {Markup(shape_class), shape, Markup(text_class), x, y + 4, number});
  };
  const Markup circle = fill("<circle cx=\"{}\" cy=\"{}\" r=\"10\"/>", {x, y});
  const Markup square = fill("<rect x=\"{}\" y=\"{}\" width=\"20\" height=\"20\" rx=\"2\"/>", {x - kSign, y - kSign});
  const Markup diamond = fill("<path d=\"M{} {}l13 13l-13 13l-13 -13z\"/>", {x, y - 13});
  switch (event.kind) {
    case LifeEvent::Kind::kClaimed: return shaped("s-claim", "s-dark", circle);
    case LifeEvent::Kind::kProved: return shaped("s-good", "s-light", circle);
    case LifeEvent::Kind::kRevoked:
      return event.indication == Indication::kTotalPassed ? shaped("s-late", "s-dark", square)
                                                          : shaped("s-bad", "s-light", square);
    case LifeEvent::Kind::kValidation: return shaped("s-now", "s-light", circle);
    case LifeEvent::Kind::kSunset: return shaped("s-end", "s-dark", diamond);
    case LifeEvent::Kind::kStamp: break;
  }
  if (event.proves) {
    return shaped("s-good", "s-light",
                  fill("<circle class=\"s-ring\" cx=\"{}\" cy=\"{}\" r=\"12.5\"/>{}", {x, y, circle}));
  }
  switch (event.indication.value_or(Indication::kIndeterminate)) {
    case Indication::kTotalPassed: return shaped("s-good", "s-light", circle);
    case Indication::kTotalFailed: return shaped("s-bad", "s-light", square);
    case Indication::kIndeterminate: break;
  }
  return shaped("s-open", "s-dark", circle);
}

/// Bars that overlap go into lanes beneath each other.
std::vector<std::size_t> lanes_of(const std::vector<LifeBar>& bars) {
  std::vector<Time> free_from;
  std::vector<std::size_t> lanes;
  for (const LifeBar& bar : bars) {
    const auto lane = std::ranges::find_if(free_from, [&](Time end) { return end <= bar.begin; });
    auto index = static_cast<std::size_t>(lane - free_from.begin());
    if (index == free_from.size()) {
      index = std::min(index, kMaxLanes - 1);
      free_from.resize(index + 1);
    }
    free_from[index] = bar.end.value_or(Time::max());
    lanes.push_back(index);
  }
  return lanes;
}

std::string period(const LifeBar& bar, bool with_clock, Language language) {
  const bool by_day = !with_clock || !bar.end || *bar.end - bar.begin > days(300);
  const auto text = [&](Time time) {
    const std::string iso = to_rfc3339(time + zone_of(language));
    return by_day ? iso.substr(0, 10) : iso.substr(5, 5) + " " + iso.substr(11, 5);
  };
  return fmt::format("{} – {}", text(bar.begin), bar.end ? text(*bar.end) : "?");
}

/// One panel: a band of signs, rows of bars, the axis.
class Panel {
 public:
  Panel(const TimeScale& scale, bool with_clock, Language language)
      : scale_(scale), with_clock_(with_clock), language_(language) {}

  /// Draws from `top` on; the place below.
  double draw(Markup& out, double top, const std::vector<const LifeRow*>& rows,
              const std::vector<NumberedEvent>& events) {
    const double rows_top = top + kBand;
    Markup bars;
    double y = rows_top;
    for (const LifeRow* row : rows) {
      y = draw_row(bars, y, *row);
    }
    axis_ = y + 4;
    grid(out, rows_top - 6);
    lines(out, top, events);
    out += bars;
    signs(out, top, events);
    return axis_ + 20;
  }
  double axis() const { return axis_; }

 private:
  void grid(Markup& out, double top) const {
    for (const Tick& tick : ticks_of(scale_, language_)) {
      const double x = scale_.at(tick.at);
      out += fill("<path class=\"grid\" d=\"M{} {}V{}\"/><text class=\"tick\" x=\"{}\" y=\"{}\">{}</text>",
                  {x, top, axis_ + 4, std::min(x, kWidth - 3.2 * static_cast<double>(columns(tick.label))), axis_ + 17,
                   tick.label});
    }
    out += fill("<path class=\"axis\" d=\"M{} {}H{}\"/>", {kLeft, axis_, kRight});
  }

  std::vector<double> places(const std::vector<NumberedEvent>& events) const {
    std::vector<double> wanted;
    for (const NumberedEvent& numbered : events) {
      wanted.push_back(scale_.at(numbered.event->at));
    }
    return spread(std::move(wanted), kSignGap, kLeft + kSign, kRight);
  }

  void lines(Markup& out, double top, const std::vector<NumberedEvent>& events) const {
    const std::vector<double> at = places(events);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const double x = scale_.at(events[i].event->at);
      const bool now = events[i].event->kind == LifeEvent::Kind::kValidation;
      out += fill("<path class=\"{}\" d=\"M{} {}L{} {}V{}\"/>",
                  {Markup(now ? Literal("now") : Literal("moment")), at[i], top + 14, x, top + kBand - 8, axis_});
    }
  }

  void signs(Markup& out, double top, const std::vector<NumberedEvent>& events) const {
    const std::vector<double> at = places(events);
    for (std::size_t i = 0; i < events.size(); ++i) {
      out += sign(*events[i].event, events[i].number, at[i], top + 14);
    }
  }

  double draw_row(Markup& out, double top, const LifeRow& row) const {
    std::vector<LifeBar> seen;
    for (const LifeBar& bar : row.bars) {
      if (bar.begin <= scale_.end && bar.end.value_or(scale_.end) >= scale_.begin && seen.size() < kMaxBars) {
        seen.push_back(bar);
      }
    }
    const std::vector<std::size_t> lanes = lanes_of(seen);
    const auto used = static_cast<double>(lanes.empty() ? 1 : 1 + std::ranges::max(lanes));
    const double lane = used > 1 ? kLane : kTallLane;
    const double height = std::max(36.0, 10 + used * lane);
    out += fill("<text class=\"kind\" x=\"4\" y=\"{}\">{}</text><text class=\"name\" x=\"4\" y=\"{}\">{}</text>",
                {top + 14, words(row.kind).in(language_), top + 28, shortened(printable(row.name), kNameColumns)});
    const double first = top + (height - used * lane) / 2;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      draw_bar(out, row, seen[i], first + static_cast<double>(lanes[i]) * lane, lane - 2, seen.size() == 1);
    }
    return top + height;
  }

  /// A bar that goes on beyond an edge has a point there.
  void draw_bar(Markup& out, const LifeRow& row, const LifeBar& bar, double y, double height, bool alone) const {
    const double left = scale_.at(bar.begin);
    const double right = std::max(scale_.at(bar.end.value_or(scale_.end)), left + 2.5);
    const double point_left = bar.begin < scale_.begin ? 6 : 0;
    const double point_right = !bar.end || *bar.end > scale_.end ? 6 : 0;
    const std::string text = period(bar, with_clock_, language_);
    out += fill("<path class=\"{}\" d=\"M{} {}H{}L{} {}L{} {}H{}L{} {}z\"><title>{}</title></path>",
                {Markup(bar_class(row.kind)), left + point_left, y, std::max(right - point_right, left + point_left),
                 right, y + height / 2, std::max(right - point_right, left + point_left), y + height, left + point_left,
                 left, y + height / 2, text});
    if (alone) {
      caption(out, left, right, y + height / 2 + 3.8, text);
    }
  }

  /// The period in words, inside of the bar or where there is room beside it.
  static void caption(Markup& out, double left, double right, double y, const std::string& text) {
    const double width = 6.3 * static_cast<double>(text.size());
    if (right - left > width + 12) {
      out += fill("<text class=\"on\" x=\"{}\" y=\"{}\">{}</text>", {(left + right) / 2, y, text});
    } else if (right + 6 + width < kRight) {
      out += fill("<text class=\"beside\" x=\"{}\" y=\"{}\">{}</text>", {right + 6, y, text});
    } else if (left - 6 - width > kLeft) {
      out += fill("<text class=\"before\" x=\"{}\" y=\"{}\">{}</text>", {left - 6, y, text});
    }
  }

  TimeScale scale_;
  bool with_clock_;
  Language language_;
  double axis_ = 0;
};

TimeScale padded(Time begin, Time end, double part) {
  const auto pad = seconds(static_cast<std::int64_t>(static_cast<double>((end - begin).count()) * part) + 60);
  return {begin - pad, end + pad, kLeft, kRight};
}

/// All events, and the certificates of signer and time stamps from end to end; CA certificates may reach beyond.
TimeScale overview_of(const Life& life) {
  Time begin = life.events.empty() ? Time::max() : life.events.front().at;
  Time end = life.events.empty() ? Time::min() : life.events.back().at;
  for (const LifeRow& row : life.rows) {
    if (row.kind != LifeRow::Kind::kSigner && row.kind != LifeRow::Kind::kTsa && !life.events.empty()) {
      continue;
    }
    for (const LifeBar& bar : row.bars) {
      begin = std::min(begin, bar.begin);
      end = std::max(end, bar.end.value_or(bar.begin));
    }
  }
  return padded(begin, end, 0.03);
}

/// What lies around signing: the claim, the first proof, and the lists and answers of those weeks.
std::optional<TimeScale> detail_of(const Life& life, const TimeScale& overview) {
  const auto is_first = [](const LifeEvent& event) {
    return event.kind == LifeEvent::Kind::kClaimed || event.kind == LifeEvent::Kind::kStamp || event.proves ||
           event.kind == LifeEvent::Kind::kProved;
  };
  const auto first = std::ranges::find_if(life.events, is_first);
  if (first == life.events.end()) {
    return std::nullopt;
  }
  constexpr days kNear{45};
  constexpr days kNearLists{10};
  Time begin = first->at;
  Time end = first->at;
  const auto include = [&](Time time, days near) {
    if (time >= first->at - near && time <= first->at + near) {
      begin = std::min(begin, time);
      end = std::max(end, time);
    }
  };
  for (const LifeEvent& event : life.events) {
    include(event.at, kNear);
  }
  for (const LifeRow& row : life.rows) {
    for (const LifeBar& bar : row.bars) {
      if (row.is_revocation()) {
        include(bar.begin, kNearLists);
        include(bar.end.value_or(bar.begin), kNearLists);
      }
    }
  }
  if (end - begin < seconds(10) || (overview.end - overview.begin) / (end - begin) < 6) {
    return std::nullopt;
  }
  return padded(begin, end, 0.05);
}

bool shows_edge(const LifeRow& row, const TimeScale& scale) {
  return std::ranges::any_of(
      row.bars, [&](const LifeBar& bar) { return scale.holds(bar.begin) || (bar.end && scale.holds(*bar.end)); });
}

bool lies_within(const LifeRow& row, const TimeScale& scale) {
  return std::ranges::all_of(row.bars, [&](const LifeBar& bar) {
    return bar.begin >= scale.begin && bar.end.value_or(bar.begin) <= scale.end;
  });
}

std::vector<const LifeRow*> rows_for(const Life& life, const TimeScale& scale, const std::optional<TimeScale>& detail,
                                     bool is_detail) {
  std::vector<const LifeRow*> rows;
  for (const LifeRow& row : life.rows) {
    const bool wanted = is_detail ? row.kind == LifeRow::Kind::kSigner || shows_edge(row, scale)
                                  : !row.is_revocation() || !detail || !lies_within(row, *detail);
    if (wanted && rows.size() < kMaxRows) {
      rows.push_back(&row);
    }
  }
  return rows;
}

/// Where there are too many, those in the middle stay in the table alone.
std::vector<NumberedEvent> signs_for(const Life& life, const TimeScale& scale) {
  std::vector<NumberedEvent> events;
  for (std::size_t i = 0; i < life.events.size(); ++i) {
    if (scale.holds(life.events[i].at)) {
      events.push_back({i + 1, &life.events[i]});
    }
  }
  if (events.size() > kMaxSigns) {
    const auto half = static_cast<std::ptrdiff_t>(kMaxSigns / 2);
    events.erase(events.begin() + half, events.end() - half);
  }
  return events;
}

/// From the enlarged part of the overview down to the panel that shows it.
Markup zoom(const TimeScale& overview, const TimeScale& detail, double top, double axis, double panel) {
  const double left = overview.at(detail.begin);
  const double right = std::max(overview.at(detail.end), left + 2);
  return fill("<path class=\"zoom\" d=\"M{} {}H{}V{}L{} {}H{}L{} {}z\"/>",
              {left, top, right, axis, kRight, panel, kLeft, left, axis});
}

}  // namespace

Markup life_sign(const LifeEvent& event, std::size_t number) {
  return fill("<svg class=\"sign\" viewBox=\"0 0 28 28\" width=\"28\" height=\"28\" aria-hidden=\"true\">{}</svg>",
              {sign(event, number, 14, 14)});
}

Markup life_picture(const Life& life, Language language, std::size_t id) {
  if (life.events.empty() && life.rows.empty()) {
    return {};
  }
  const bool ja = language == Language::kJa;
  const TimeScale overview = overview_of(life);
  const std::optional<TimeScale> detail = detail_of(life, overview);
  Markup panels;
  Panel upper(overview, overview.end - overview.begin < days(20), language);
  double y = upper.draw(panels, 4, rows_for(life, overview, detail, false), signs_for(life, overview));
  Markup behind;
  if (detail) {
    const double heading = y + 26;
    behind = zoom(overview, *detail, kBand, upper.axis(), heading + 8);
    panels += fill("<text class=\"heading\" x=\"4\" y=\"{}\">{}</text>",
                   {heading, ja ? "署名の前後（拡大）" : "Around signing, enlarged"});
    panels += fill("<text class=\"heading\" x=\"4\" y=\"20\">{}</text>", {ja ? "全体" : "The whole time"});
    Panel lower(*detail, detail->end - detail->begin < days(120), language);
    y = lower.draw(panels, heading + 12, rows_for(life, *detail, detail, true), signs_for(life, *detail));
  }
  return fill(
      "<svg class=\"life\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"life-title-{} life-desc-{}\">"
      "<title id=\"life-title-{}\">{}</title><desc id=\"life-desc-{}\">{}</desc>{}{}</svg>",
      {kWidth, y + 4, id, id, id, ja ? "署名の時系列" : "The signature's life on a time line", id,
       ja ? "番号の意味と日時は、この図に続く表にあります。帯は証明書と失効情報の有効期間です。"
          : "The table that follows says what the numbers are and when. Bars are the times for which "
            "certificates and revocation data are valid.",
       behind, panels});
}

}  // namespace shomei::signing
