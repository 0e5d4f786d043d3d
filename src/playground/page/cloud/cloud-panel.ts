/** @module The demo cloud beside the conversation: what runs where, and who gets which traffic. */
import { html } from 'htm/preact';
import { type ComponentChildren, h, type JSX } from 'preact';
import { Icon } from '../icons.ts';
import type { Cloud, CloudService, Revision, Share } from '../model/cloud.ts';
import { Anchor } from '../text/view.ts';

interface CloudPanelProps {
  readonly cloud: Cloud | undefined;
  readonly children: ComponentChildren;
  readonly onClose: () => void;
}

export function CloudPanel({ cloud, children, onClose }: CloudPanelProps): JSX.Element {
  return html`<aside class="pane cloud-pane" aria-label="Demo cloud" data-testid="cloud-panel">
    <header class="pane-header">
      <h2>Demo cloud</h2>
      <span class="pane-sub">${cloud !== undefined && `${cloud.calls} admin calls`}</span>
      <button type="button" class="tool" aria-label="Close the demo cloud" data-testid="close-cloud" onClick=${onClose}>
        ${h(Icon, { name: 'close' })}
      </button>
    </header>
    <div class="cloud-body">
      ${children}
      ${cloud === undefined && html`<p class="cloud-empty">Waiting for the demo cloud…</p>`}
      ${cloud?.services.map((service) => h(ServiceCard, { key: `${service.name}/${service.environment}`, service }))}
    </div>
  </aside>`;
}

function ServiceCard({ service }: { readonly service: CloudService }): JSX.Element {
  const { name, environment, url, traffic, revisions } = service;
  return html`<section class="service" data-testid="service-${name}-${environment}" aria-label="${name} in ${environment}">
    <header class="service-head">
      <h3>${name}</h3>
      <span class="environment environment-${environment === 'production' ? 'live' : 'test'}">${environment}</span>
    </header>
    <p class="service-url">${h(Anchor, { href: url }, html`${url.replace(/^https?:\/\//, '')} ${h(Icon, { name: 'external' })}`)}</p>
    ${h(TrafficBar, { service })}
    <table class="shares">
      <thead><tr><th>Version</th><th>Traffic</th><th>Requests</th><th>Errors</th></tr></thead>
      <tbody>${traffic.map((share) => drawShare(share, colorOf(service, share.revision)))}</tbody>
    </table>
    <details class="revisions">
      <summary>${revisions.length} revision${revisions.length === 1 ? '' : 's'}</summary>
      <ul>${revisions.map((revision) => drawRevision(revision, colorOf(service, revision.name)))}</ul>
    </details>
  </section>`;
}

const COLORS = 6;

/** Revisions keep their colour while newer ones come. */
function colorOf({ revisions }: CloudService, name: string): string {
  const fromOldest = revisions.length - 1 - revisions.findIndex((revision) => revision.name === name);
  return `series-${fromOldest % COLORS}`;
}

function TrafficBar({ service }: { readonly service: CloudService }): JSX.Element {
  const serving = service.traffic.filter((share) => share.percent > 0);
  const spoken = serving.map((share) => `${share.version} ${share.percent} %`).join(', ');
  return html`<div class="bar" role="img" aria-label="Traffic: ${spoken || 'none'}" data-testid="traffic-bar">
    ${serving.map(
      (share) => html`<span
        key=${share.revision}
        class="bar-part ${colorOf(service, share.revision)}"
        style=${{ flexGrow: share.percent }}
      >${share.percent >= 25 && `${share.version} · ${share.percent} %`}</span>`,
    )}
  </div>`;
}

function drawShare({ revision, version, percent, tag, requests, errors }: Share, color: string): JSX.Element {
  return html`<tr key="${revision}/${tag}" title=${revision}>
    <th scope="row"><span class="dot ${color}"></span>${version} ${tag && html`<span class="tag">${tag}</span>`}</th>
    <td>${percent} %</td>
    <td>${requests.toLocaleString()}</td>
    <td class=${errors > 0 ? 'errors' : ''}>${errors.toLocaleString()}</td>
  </tr>`;
}

function drawRevision({ name, version, digest, ready, reason }: Revision, color: string): JSX.Element {
  return html`<li class=${ready ? 'revision' : 'revision revision-failed'}>
    <span class="dot ${color}"></span>
    <div>
      <p class="revision-head"><strong>${version}</strong> <code title=${digest}>${shortDigest(digest)}</code></p>
      <p class="revision-name">${name}</p>
      ${!ready && html`<p class="revision-reason">Not ready${reason && `: ${reason}`}</p>`}
    </div>
    <span class="state state-${ready ? 'ready' : 'failed'}">${ready ? 'ready' : 'not ready'}</span>
  </li>`;
}

const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12);
