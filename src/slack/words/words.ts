import type { AlertEventKind, Severity } from '../../domain/alert.ts';
import type { CanaryExtension, CanaryInstruction, CanaryTerms, CanaryTrouble } from '../../domain/canary.ts';
import type { FileChange, FileChangeKind, FileChanges } from '../../domain/file-changes.ts';
import type { LockScope } from '../../domain/lock.ts';
import type { OperationOutcome, OperationState } from '../../domain/operation.ts';
import type { OperationKind, Plan } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { ReleaseKind } from '../../domain/release.ts';
import type { SourceChange } from '../../domain/source-change.ts';
import type { TargetRef } from '../../domain/target.ts';
import type { Measurement, VerdictKind } from '../../domain/verdict.ts';

/** Refusals by their code. */
export type RefusalByCode = { readonly [R in Refusal as R['code']]: R };

/** A sentence for every refusal there is: a new code does not compile without its words. */
export type RefusalSentences = {
  readonly [Code in keyof RefusalByCode]: (refusal: RefusalByCode[Code]) => string;
};

/** Outcomes by their code. */
export type OutcomeByCode = { readonly [O in OperationOutcome as O['code']]: O };

/** Why operations ended as they did; empty where the state says it all. Refusals have sentences of their own. */
export type OutcomeSentences = {
  readonly [Code in Exclude<OperationOutcome['code'], 'refused'>]: (outcome: OutcomeByCode[Code]) => string;
};

/**
 * All words that people read, in one language. Arguments called `…Text` are mrkdwn already (mentions,
 * code spans, dates); every other text is foreign and is made harmless here.
 */
export interface Words {
  /** “and 7 more”. */
  more(count: number): string;
  /** Milliseconds as people say them: “1 min 3 s”. */
  duration(milliseconds: number): string;
  scope(scope: LockScope): string;
  readonly operation: OperationWords;
  readonly buttons: ButtonWords;
  readonly thread: ThreadWords;
  readonly canary: CanaryWords;
  readonly source: SourceWords;
  readonly files: FileWords;
  readonly release: ReleaseWords;
  readonly backup: BackupWords;
  readonly replies: ReplyWords;
  readonly status: StatusWords;
  readonly form: FormWords;
  readonly alerts: AlertWords;
  readonly refusals: RefusalSentences;
  readonly outcomes: OutcomeSentences;
}

export interface OperationWords {
  /** Plain text: “Deploy api to production”. */
  title(plan: Pick<Plan, 'kind' | 'target' | 'part'>): string;
  /** In a list: “deploy”. */
  readonly kinds: Readonly<Record<OperationKind, string>>;
  readonly states: Readonly<Record<OperationState, string>>;
  /** What stands where nothing served before. */
  readonly nothing: string;
  /** Instead of the state's word, where nobody is asked any more. */
  readonly waitsForChecks: string;
  askedBy(whoText: string, reason: string | null): string;
  emergency(reason: string): string;
  warning(text: string): string;
  approvals(given: number, required: number): string;
  stillNeeded(count: number, roles: readonly string[], whoText: string): string;
  howToApprove(approveReaction: string, rejectReaction: string): string;
  expires(whenText: string, left: string): string;
  rejectedBy(whoText: string): string;
  progress(done: number, all: number, elapsed: string): string;
  skipped(title: string): string;
  readonly undoing: string;
  /** While what it does is being stopped and taken back. */
  stopping(whoText: string): string;
  took(elapsed: string): string;
  asked(whenText: string): string;
}

export interface ButtonWords {
  readonly approve: string;
  readonly reject: string;
  readonly cancel: string;
  readonly planAgain: string;
  readonly rollBack: string;
  confirmRollBack(target: TargetRef): string;
  readonly rollBackTitle: string;
  /** After data was changed by something that failed. */
  readonly restore: string;
  readonly undoRestore: string;
  readonly restoreTitle: string;
  confirmRestore(target: TargetRef): string;
  readonly promote: string;
  readonly promoteTitle: string;
  /** `approved`: the farthest percent that may be had without asking. */
  confirmPromote(target: TargetRef, approved: number): string;
  readonly stop: string;
  readonly stopTitle: string;
  /** Plain text; `title` says of which operation. */
  confirmStop(title: string): string;
  readonly abort: string;
  readonly abortTitle: string;
  confirmAbort(target: TargetRef): string;
  readonly no: string;
}

export interface ThreadWords {
  approved(whoText: string, given: number, required: number): string;
  rejected(whoText: string): string;
  withdrawn(whoText: string, given: number, required: number): string;
  reminder(whoText: string, needed: number, title: string, whenText: string): string;
  waiting(why: string): string;
  stopping(whoText: string): string;
  notStopped(step: string, why: string): string;
  endedBeforeStop(step: string): string;
  ended(title: string, state: string, outcomeText: string): string;
  emergency(whoText: string, title: string, versionText: string, reason: string): string;
  /** Null: the canary itself moved. */
  canaryMoved(percent: number, whoText: string | null): string;
  readonly canaryGoingOn: string;
}

export interface CanaryWords {
  /** What an approver agrees to. */
  terms(terms: CanaryTerms): string;
  /** What an approver of an extension agrees to. */
  extension(extension: CanaryExtension): string;
  share(percent: number): string;
  readonly moving: string;
  /** This and the next five are parts of one sentence. */
  watched(whenText: string, left: string): string;
  readonly watchedEnough: string;
  next(percent: number): string;
  waitsForWord(target: TargetRef): string;
  readonly waitsForLook: string;
  /** No step that was approved is left. */
  readonly farthest: string;
  held(trouble: CanaryTrouble): string;
  /** Who moved it when nobody did. */
  readonly itself: string;
  earlier(count: number): string;
  readonly looks: string;
  readonly noLooks: string;
  readonly verdicts: Readonly<Record<VerdictKind, string>>;
  measurement(measurement: Measurement): string;
  readonly none: string;
  readonly title: string;
  instructed(target: TargetRef, instruction: CanaryInstruction): string;
}

export interface BackupWords {
  /** The one that the operation makes. */
  readonly new: string;
  /** Which backup, and what of. */
  of(whichText: string, subject: string): string;
  taken(whenText: string): string;
  /** Bytes: “1.2 GB”. */
  size(bytes: number): string;
  /** A deploy's backup was made before. */
  youngEnough(backupText: string): string;
  readonly title: string;
  /** No target has any. */
  readonly nowhere: string;
  /** A target has none that is good. */
  readonly none: string;
  unknown(detail: string): string;
  /** What retention keeps; milliseconds. */
  keeps(count: number | null, age: number | null): string;
  ago(ageText: string): string;
  /** Instead of its age: it is from the future. */
  readonly ahead: string;
  madeIn(sizeText: string, timeText: string): string;
  until(whenText: string): string;
  alsoAt(places: readonly string[]): string;
  verified(whenText: string): string;
  readonly notVerified: string;
  failedVerification(whenText: string, how: string): string;
  late(targetText: string, dueText: string, whyText: string): string;
  begunLate(targetText: string, dueText: string): string;
  readonly weekTitle: string;
  week(targetText: string, made: number, failed: number): string;
  /** The newest good one. */
  last(idText: string, ageText: string, verifiedText: string): string;
}

export interface FileWords {
  /** Above the list in the thread, plain. */
  readonly title: string;
  /** The counts, in one line. */
  summary(files: FileChanges): string;
  /** `removes`: what the release does not have goes. */
  one(file: FileChange, removes: boolean): string;
  directory(directory: string, counts: Readonly<Record<FileChangeKind, number>>): string;
  inThread(count: number): string;
  unlisted(count: number): string;
}

export interface SourceWords {
  /** What is shipped, in one line. */
  summary(
    change: SourceChange,
    whoText: string,
    pullRequests: readonly number[],
    compareText: string,
  ): string;
  /** The code host did not answer. */
  unread(detail: string): string;
  takesOut(count: number): string;
  diverged(brings: number, takesOut: number): string;
  migrations(files: readonly string[], count: number): string;
  readonly migrationsUnknown: string;
  /** Commits that only the thread has. */
  whole(count: number): string;
  readonly compare: string;
  listTitle(brings: number, takesOut: number): string;
  /** Commits that nobody listed. */
  beyond(count: number): string;
  barred(whoText: string): string;
  unplaced(names: readonly string[]): string;
  readonly incomplete: string;
  /** Commits whose author nobody vouches for. */
  unproven(count: number): string;
  checksGreen(count: number): string;
  checksPending(pending: readonly string[], done: number): string;
  checksFailed(failed: readonly string[]): string;
  readonly checksNone: string;
  checksUnread(why: string): string;
  /** An emergency goes past checks that are not green. */
  readonly checksSkipped: string;
}

export interface ReleaseWords {
  published(kind: ReleaseKind, whichText: string, whoText: string): string;
  waiting(target: TargetRef, untilText: string): string;
  notDeployed(target: TargetRef): string;
  overtaken(target: TargetRef, tagText: string): string;
  begun(target: TargetRef): string;
}

export interface ReplyWords {
  readonly nothingChanged: string;
  readonly dryRun: string;
  readonly noApproval: string;
  approval(required: number, roles: readonly string[], expires: string): string;
  history(service: string | null): string;
  readonly noHistory: string;
  locked(scope: string, reason: string, untilText: string | null): string;
  unlocked(scope: string): string;
  readonly lookingUp: string;
  /** What was asked for is stored, and the database keeps it from being done for now. */
  readonly kept: string;
  /** Null: all commands. */
  helpTitle(command: string | null): string;
  readonly helpMention: string;
  whyTitle(target: TargetRef): string;
  readonly nothingBlocks: string;
  clearedBy(whoText: string): string;
}

export interface StatusWords {
  readonly nothingToShow: string;
  readonly healthy: string;
  readonly degraded: string;
  readonly unhealthy: string;
  readonly unknown: string;
  readonly notServing: string;
  readonly unknownVersion: string;
  unreachable(detail: string): string;
  /** What an operation is: `backup`, `deploy of v1.1.0`. */
  what(kindText: string, ofText: string | null): string;
  last(whatText: string, state: string, whoText: string, whenText: string): string;
  readonly never: string;
  lock(scope: string, holderText: string, reason: string, untilText: string | null): string;
  waiting(whatText: string, needed: number, roles: readonly string[]): string;
  running(whatText: string, whoText: string): string;
}

export interface FormWords {
  readonly title: string;
  readonly submit: string;
  readonly cancel: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly versionPlaceholder: string;
  readonly versionHint: string;
  readonly reason: string;
  readonly reasonPlaceholder: string;
  required(label: string): string;
  noSuchTarget(service: string, environment: string): string;
}

export interface ReportWords {
  title(name: string): string;
  lasted(from: string, to: string, duration: string): string;
  readonly timeline: string;
  readonly checklist: string;
  readonly deployedBefore: string;
  began(name: string): string;
  joined(names: string): string;
  again(names: string): string;
  resolved(names: string): string;
  /** Something worse fires than was acknowledged or silenced. */
  worse(severity: Severity): string;
  /** What a timeline leaves out. */
  more(count: number): string;
  readonly allResolved: string;
  acknowledged(who: string): string;
  silenced(who: string, until: string, reason: string): string;
  silenceEnded(who: string | null): string;
  readonly reminded: string;
  operation(title: string, change: string, who: string, state: string, detail: string): string;
  /** The checklist of a rollback; each says what the records know, or leaves it to people. */
  readonly cause: (suspect: string | null) => string;
  readonly impact: (where: string, alerts: number, lasted: string) => string;
  readonly rollback: (how: string | null) => string;
  readonly recovered: (when: string) => string;
  readonly told: (channel: string, when: string, who: string | null) => string;
  readonly recorded: string;
}

/** What is said of alerts. */
export interface AlertWords {
  readonly severities: Readonly<Record<Severity, string>>;
  readonly states: Readonly<Record<'firing' | 'acknowledged' | 'silenced' | 'resolved', string>>;
  /** “HighErrorRate and 2 others”. */
  name(name: string, others: number): string;
  where(service: string, environment: string | null): string;
  /** Plain text: “🔴 CRITICAL · Firing · HighErrorRate · api in production”. */
  title(parts: readonly string[]): string;
  /** `agoText` is how long it has been firing, as Slack shows it. */
  firingSince(whenText: string, agoText: string): string;
  fired(whenText: string, lasted: string): string;
  value(value: string): string;
  /** An operation near the alert; `before` is how long before it that began, negative for after. */
  operation(changeText: string, whoText: string | null, before: number, state: string): string;
  readonly firing: string;
  firingCount(firing: number, resolved: number): string;
  resolvedAt(whenText: string): string;
  truncated(count: number): string;
  readonly links: Readonly<Record<'runbook' | 'dashboard' | 'source', string>>;
  acknowledged(whoText: string, whenText: string): string;
  silenced(whoText: string, untilText: string, reason: string): string;
  readonly buttons: {
    readonly acknowledge: string;
    silence(hours: number): string;
    readonly silenceForm: string;
    readonly endSilence: string;
    rollBack(target: TargetRef): string;
    readonly report: string;
  };
  /** A line in a group's thread; null for what only the message shows. `whoText` is who did it, if anybody. */
  event(event: AlertEventKind, whoText: string, whenText: string): string | null;
  /** What stands in the thread of an operation. */
  inThread(severity: Severity, name: string, whenText: string): string;
  readonly storm: {
    title(channelText: string, groups: number, firing: number): string;
    page(number: number, of: number): string;
    readonly since: (whenText: string) => string;
    readonly over: (fromText: string, toText: string) => string;
    readonly explained: string;
    readonly afterwards: string;
    readonly unknownService: string;
    counts(firing: number, acknowledged: number, resolved: number): string;
    readonly nothingLeft: string;
  };
  readonly silenceForm: {
    readonly title: string;
    readonly submit: string;
    readonly cancel: string;
    readonly duration: string;
    readonly durationHint: string;
    readonly wrongDuration: string;
    readonly reason: string;
    readonly reasonHint: string;
    readonly noReason: string;
  };
  /** Why a silence is there when nobody said. */
  readonly noReason: string;
  readonly incidents: { readonly title: string; readonly none: string };
  /** Of an incident report, which is Markdown; what it takes is escaped already. */
  readonly report: ReportWords;
  duringIncident(reason: string): string;
  /** What `/status` says of an alert that fires. */
  statusLine(severity: Severity, name: string, whenText: string, whoText: string | null): string;
}
