/** A picture as people are to have it. */
export interface Picture {
  readonly filename: string;
  readonly title: string;
  /** What it shows, for those who do not see it; Slack takes 1,000 characters. */
  readonly alt: string;
  readonly png: Uint8Array;
}

/** A picture that Slack does not show yet, and how far it has come. */
export interface PendingPicture extends Omit<Picture, 'png'> {
  /** The uploaded file; null until there is one that can be shared. */
  readonly fileId: string | null;
  /** Files that could not be shared afterwards. */
  readonly pastFileIds: readonly string[];
}
