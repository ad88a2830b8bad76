// A deadline as the days it is made of: working days, days off, the day of judgement, the last day.
import type { Deadline } from "lexgate";
import { request } from "../state";
import { article, day, say, t, tell } from "../text";
import { actorName } from "./names";

interface Day {
  date: string;
  works: boolean;
  counted: boolean;
  kind: "start" | "due" | "now" | "";
}

const DAY = 86_400_000;
const at = (date: string): number => Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
const written = (time: number): string => new Date(time).toISOString().slice(0, 10);
/** More days than this are not drawn one by one. */
const DRAWN = 45;

function days(deadline: Deadline, now: string): Day[] {
  if (deadline.due === null) return [];
  const { holidays = [], workdays = [] } = (request.value.context.time["working_days"] ?? {}) as { holidays?: string[]; workdays?: string[] };
  const [start, due, today] = [at(deadline.started), at(deadline.due), at(now)];
  const end = Math.max(due, today);
  if ((end - start) / DAY > DRAWN) return [];
  const all: Day[] = [];
  for (let time = Math.min(start, today); time <= end; time += DAY) {
    const date = written(time);
    const weekday = new Date(time).getUTCDay();
    const works = workdays.includes(date) || (weekday !== 0 && weekday !== 6 && !holidays.includes(date));
    all.push({ date, works, counted: works && time > start && time <= due, kind: time === due ? "due" : time === start ? "start" : time === today ? "now" : "" });
  }
  return all;
}

export function Timeline({ deadline }: { deadline: Deadline }) {
  const now = request.value.context.time.now;
  const drawn = days(deadline, now);
  const today = now.slice(0, 10);
  return (
    <li class="deadline">
      <p class="deadline-head">
        <strong>{actorName(deadline.who)}</strong>
        <span>{tell("deadline_line", deadline.working_days)}</span>
        {deadline.overdue && <span class="tag overdue">{t("overdue")}</span>}
      </p>
      <p>
        {say(deadline.title)} <cite>{article(deadline.citation)}</cite>
      </p>
      {drawn.length > 0 && (
        <div class="days" aria-hidden="true">
          {drawn.map((d) => (
            <span key={d.date} class={`day ${d.works ? "" : "off"} ${d.counted ? "counted" : ""} ${d.kind} ${d.date === today ? "now" : ""}`}>
              {Number(d.date.slice(8))}
            </span>
          ))}
        </div>
      )}
      <p class="deadline-dates">
        <span>
          {t("started")} <time dateTime={deadline.started}>{day(deadline.started)}</time>
        </span>
        <span>
          {t("due")} {deadline.due === null ? t("no_due") : <time dateTime={deadline.due}>{day(deadline.due)}</time>}
        </span>
        <span>
          {t("today")} <time dateTime={today}>{day(today)}</time>
        </span>
      </p>
    </li>
  );
}
