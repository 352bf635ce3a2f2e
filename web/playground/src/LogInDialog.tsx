// Name and password, and the choice of another password. A native dialog, as the help is: Esc closes
// it and focus stays inside. What is typed goes to the service and is kept nowhere.
import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from 'react';

import { choosePassword, logIn, useSession, type Member } from './session.ts';

interface LogInDialogProps {
  open: boolean;
  onClose: () => void;
}

interface FieldProps {
  label: string;
  name: string;
  autoComplete: 'username' | 'current-password' | 'new-password';
  describedBy?: string;
  initial?: string;
}

function Field({ label, name, autoComplete, describedBy, initial = '' }: FieldProps) {
  const id = useId();
  return (
    <p className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={autoComplete === 'username' ? 'text' : 'password'}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        required
        defaultValue={initial}
        aria-describedby={describedBy}
      />
    </p>
  );
}

interface FormProps {
  title: string;
  button: string;
  children: ReactNode;
  /** Returns the sentence to show, or null when it is done. */
  submit: (typed: (name: string) => string) => Promise<string | null>;
  onCancel: () => void;
}

function Form({ title, button, children, submit, onCancel }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  // Also where this form takes the place of another in the open dialog.
  useEffect(() => {
    const inputs = [...(form.current?.querySelectorAll('input') ?? [])];
    inputs.find((input) => input.value === '')?.focus();
  }, []);

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const typed = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(null);
    setFailure(await submit((name) => String(typed.get(name) ?? '')));
    setBusy(false);
  }

  return (
    <form ref={form} onSubmit={(event) => void send(event)}>
      <h2 id="log-in-title">{title}</h2>
      {children}
      <p className="log-in-failure" role="alert">
        {failure}
      </p>
      <div className="log-in-buttons">
        <button type="button" onClick={onCancel}>
          取消
        </button>
        <button type="submit" className="main" aria-disabled={busy}>
          {busy ? '请稍候…' : button}
        </button>
      </div>
    </form>
  );
}

function ChoosePassword({ member, first, onDone }: { member: Member; first: string; onDone: () => void }) {
  const rules = useId();
  async function submit(typed: (name: string) => string): Promise<string | null> {
    if (typed('newPassword') !== typed('again')) return '两次输入的新密码不一样，请再输一次。';
    const failure = await choosePassword(typed('password'), typed('newPassword'));
    if (failure === null) onDone();
    return failure;
  }
  return (
    <Form title="修改密码" button="修改密码" submit={submit} onCancel={onDone}>
      <p>
        {member.mustChange
          ? `${member.name}，您用的是初始密码。请先换成自己的密码，才能看内部数据和写入。`
          : '修改后，这个账号在别处的登录都会结束。'}
      </p>
      <ul id={rules}>
        <li>至少 {member.passwordCharacters} 个字符；</li>
        <li>大写字母、小写字母、数字、其他字符，四种里至少占三种；</li>
        <li>不同的字符不少于 5 个；</li>
        <li>不含账号名称，不与旧密码相同。</li>
      </ul>
      {/* So that a password manager knows whose it is. */}
      <input type="hidden" name="username" autoComplete="username" value={member.name} readOnly />
      <Field label={member.mustChange ? '初始密码' : '现在的密码'} name="password" autoComplete="current-password" initial={first} />
      <Field label="新密码" name="newPassword" autoComplete="new-password" describedBy={rules} />
      <Field label="再输一次新密码" name="again" autoComplete="new-password" />
    </Form>
  );
}

function LogIn({ onIn, onCancel }: { onIn: (password: string) => void; onCancel: () => void }) {
  async function submit(typed: (name: string) => string): Promise<string | null> {
    const failure = await logIn(typed('name').trim(), typed('password'));
    if (failure === null) onIn(typed('password'));
    return failure;
  }
  return (
    <Form title="登录" button="登录" submit={submit} onCancel={onCancel}>
      <p>工作人员用管理员给的账号登录，可以看内部数据、录入与修改。查公开数据不用登录。</p>
      <Field label="账号" name="name" autoComplete="username" />
      <Field label="密码" name="password" autoComplete="current-password" />
    </Form>
  );
}

/** What stands in the open dialog: it is made anew each time, so nothing typed stays. */
function Steps({ onClose }: { onClose: () => void }) {
  const { member } = useSession();
  const [begunAs] = useState(member);
  const [first, setFirst] = useState('');

  // Logging in with a password of one's own is all; a first one is changed at once.
  const done = begunAs === null && member !== null && !member.mustChange;
  useEffect(() => {
    if (done) onClose();
  }, [done, onClose]);

  if (member === null) return <LogIn onIn={setFirst} onCancel={onClose} />;
  return done ? null : <ChoosePassword key={first} member={member} first={first} onDone={onClose} />;
}

export function LogInDialog({ open, onClose }: LogInDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog ref={dialog} className="log-in" aria-labelledby="log-in-title" onClose={onClose}>
      {open ? <Steps onClose={onClose} /> : null}
    </dialog>
  );
}
