/** Numbers of models and plans in words. */
import type { Figure } from '../api/types';
import { figures, t } from '../texts';

/** MiB as people read it. */
export function gigabytes(mib: number): string {
  return mib >= 1000 ? `${figures(mib / 1024, 1)} GB` : `${figures(Math.round(mib))} MB`;
}

/** Bytes of a file as it is sold: in powers of ten. */
export function fileSize(bytes: number, estimated = false): string {
  return estimated ? `~${sized(bytes)}` : sized(bytes);
}

function sized(bytes: number): string {
  if (bytes >= 1e9) return `${figures(bytes / 1e9, bytes < 1e10 ? 2 : 1)} GB`;
  return bytes >= 1e6 ? `${figures(Math.round(bytes / 1e6))} MB` : `${figures(Math.ceil(bytes / 1e3))} kB`;
}

/** "57 tokens/s", "11 s", "9.9 GB". */
export function amount(figure: Figure | null): string {
  if (!figure) return t('unknown');
  if (figure.unit === 'MiB') return gigabytes(figure.value);
  return `${figures(figure.value, figure.value >= 10 ? 0 : 1)} ${figure.unit}`;
}

/** Where a number comes from and how far it can be off: "estimate, ± 27 %". */
export function basis(figure: Figure | null): string {
  if (!figure) return '';
  const spread = Math.round(figure.spread * 100);
  return spread ? `${figure.basis}, ± ${spread} %` : figure.basis;
}

/** The same where there is little room: "est.", "publ.", "meas.". */
export function basisInShort(figure: Figure | null): string {
  if (!figure) return '';
  if (figure.basis === 'estimate') return t('est.');
  return figure.basis.startsWith('published') ? t('publ.') : t('meas.');
}
