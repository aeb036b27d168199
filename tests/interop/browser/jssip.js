// jssip.js - a JsSIP user agent, driven by browser_test.py through page.js.
'use strict';
const {options, tell, obey} = require('./page');
const JsSIP = require('jssip');

const ua = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(options.server)],
  uri: `sip:${options.user}@${options.domain}`,
  password: options.password,
  register_expires: options.expires,
  session_timers: true,
  user_agent: 'JsSIP of a test',
});
let session = null;

ua.on('connected', () => tell('connected'));
ua.on('disconnected', () => tell('disconnected'));
ua.on('registered', (e) => tell('registered', {expires: e.response.getHeader('Contact')}));
ua.on('unregistered', () => tell('unregistered'));
ua.on('registrationFailed', (e) => tell('registration failed', {cause: e.cause}));
ua.on('newMessage', (e) => e.originator === 'remote' && tell('message', {text: e.request.body}));
ua.on('newRTCSession', (e) => {
  session = e.session;
  if (e.originator === 'remote') tell('incoming', {from: session.remote_identity.uri.user});
  session.on('progress', (p) => p.originator === 'remote' && tell('ringing', {status: p.response.status_code}));
  session.on('confirmed', () => tell('confirmed'));
  session.on('failed', (f) => tell('failed', {cause: f.cause, status: f.message && f.message.status_code}));
  session.on('ended', (f) => tell('ended', {by: f.originator}));
});

obey({
  start: () => ua.start(),
  call: (target) => ua.call(`sip:${target}@${options.domain}`, {mediaConstraints: {audio: false, video: false}}),
  answer: () => session.answer({mediaConstraints: {audio: false, video: false}}),
  reject: () => session.terminate({status_code: 486}),
  hangup: () => session.terminate(),
  hold: () => session.hold({}, () => tell('held')),
  message: ({to, text}) => ua.sendMessage(`sip:${to}@${options.domain}`, text, {
    eventHandlers: {
      succeeded: (e) => tell('message sent', {status: e.response.status_code}),
      failed: (e) => tell('message refused', {status: e.response && e.response.status_code}),
    }}),
  refer: (target) => session.refer(`sip:${target}@${options.domain}`, {
    eventHandlers: {
      requestFailed: (e) => tell('refer refused', {status: e.response && e.response.status_code}),
      trying: () => tell('refer trying'),
      accepted: () => tell('refer accepted'),
      failed: () => tell('refer failed'),
    }}),
  subscribe: ({to, event}) => {
    const subscriber = ua.subscribe(`sip:${to}@${options.domain}`, event, 'application/reginfo+xml', {expires: 600});
    subscriber.on('notify', (terminated, notify, body) => tell('notified', {body}));
    subscriber.subscribe();
  },
  unregister: () => ua.unregister({all: false}),
  refresh: () => ua.register(),
});
tell('ready');
