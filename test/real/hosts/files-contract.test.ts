import { describeTarget } from '../../contract/target/suite.ts';
import { makeFilesWorld } from '../../support/files/files-world.ts';

describeTarget('A directory on a real host, behind a real gunicorn', () => makeFilesWorld());
